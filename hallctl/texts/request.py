"""Messages that cannot be served. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

REQUESTS: Final = {
    "request.malformed": (
        "请求不是有效的 JSON-RPC 2.0。请检查客户端。",
        "The request is not valid JSON-RPC 2.0. Check the client.",
    ),
    "request.unknown_method": (
        "没有这个方法：{method}。请看接口文档。",
        "There is no method {method}. See the API document.",
    ),
    "request.invalid_params": (
        "参数不对：{problem}。请看接口文档。",
        "Wrong parameters: {problem}. See the API document.",
    ),
    "request.no_id": ("改动类请求需要 request_id。", "A changing request needs a request_id."),
    "request.reused": (
        "request_id 已用于另一请求，请换一个新的。",
        "The request_id was used for another request; make a new one.",
    ),
    "request.too_large": ("消息超过 {limit} 字节。", "The message exceeds {limit} bytes."),
    "request.binary": ("只接受文本帧。", "Only text frames are accepted."),
    "request.too_many": ("请求太频繁，请 {seconds} 秒后再试。", "Too many requests; try again in {seconds} s."),
    "request.version": (
        "接口版本 {version} 不受支持，本机为 {supported}。请更新客户端。",
        "API version {version} is not supported; this hall speaks {supported}. Update the client.",
    ),
    "request.internal": (
        "系统内部错误，操作未执行。请重试；若再次出现请联系技术员并告知时间。",
        "Internal error, nothing was done. Try again; if it recurs tell the technician the time.",
    ),
    "auth.required": ("请先配对终端或登录。", "Pair this terminal or log in first."),
    "auth.wrong_role": ("“{role}”不能使用 {method}。", "The role {role} may not use {method}."),
    "auth.wrong_place": ("本终端只能操作 {place}。", "This terminal may act for {place} only."),
    "auth.bad_token": ("登录已失效，请重新登录或配对。", "The token is not valid (any more). Log in or pair again."),
    "auth.bad_password": ("账号或密码不正确。", "Wrong account or password."),
    "auth.locked": ("尝试次数过多，请 {seconds} 秒后再试。", "Too many attempts; try again in {seconds} s."),
    "auth.bad_code": (
        "配对码不正确或已过期。请在管理页重新生成。",
        "The pairing code is wrong or expired. Make a new one on the admin page.",
    ),
    "card.no_reader": (
        "本取号机没有读卡器，请到导办台取号。",
        "This kiosk has no card reader; please take a ticket at the guide's desk.",
    ),
    "card.no_notice": ("显示隐私告知后才能读卡。", "The privacy notice must be shown before a card is read."),
    "card.no_claim": ("身份信息已过期，请重新刷卡。", "The card reading has expired; present the card again."),
    "account.not_allowed": (
        "账号 {account} 没有“{role}”权限。",
        "The account {account} does not have the role {role}.",
    ),
}
