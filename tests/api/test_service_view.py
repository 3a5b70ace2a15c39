"""What everybody is told of a service is made once for one moment."""

from hallctl.api.event_view import EventViews
from hallctl.api.views import SAME_MS
from hallctl.domain.state import HallState
from tests.harness import FakeClock, small_config


def test_a_service_is_made_once_for_all_roles_and_anew_when_anything_may_differ() -> None:
    config, clock = small_config(), FakeClock()
    views, state = EventViews(config, None, clock), HallState(layout=config.layout())
    made = views.service(state, "pooled")
    assert views.service(state, "pooled") is made
    assert views.service(state, "police")["id"] == "police"
    state.seq += 1
    told = views.service(state, "pooled")
    assert told is not made
    assert told == made
    clock.pass_s(SAME_MS / 1000)
    assert views.service(state, "pooled") is not told
    again = views.service(state, "pooled")
    assert views.service(HallState(layout=config.layout(), seq=state.seq), "pooled") is not again


def test_the_config_s_part_and_the_figures_are_one() -> None:
    config = small_config()
    view = EventViews(config).service(HallState(layout=config.layout()), "pooled")
    assert (view["name"], view["prefix"], view["waiting"], view["wait_s"]) == ("综合受理", "A", 0, None)
