// Texts of appointments at the window.

const zh = {
  "window.step.check_in": "预约签到",
  "window.dialog.check_in": "预约签到",
  "window.check_in.find": "姓氏、手机尾号、预约码或时间",
  "window.check_in.code": "用预约码 {code} 签到",
  "window.check_in.late": "已过时段",
  "window.check_in.none": "今天没有这样的预约。",
  "window.check_in.done": "已签到：{label} 号。",
};

const en = {
  "window.step.check_in": "Check in an appointment",
  "window.dialog.check_in": "Check in an appointment",
  "window.check_in.find": "Surname, last digits, code or time",
  "window.check_in.code": "Check in by the code {code}",
  "window.check_in.late": "slot is over",
  "window.check_in.none": "No such appointment today.",
  "window.check_in.done": "Checked in: {label}.",
};

export default { zh, en };
