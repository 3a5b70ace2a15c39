// Texts of the hall display.

const zh = {
  "board.window": "{window} 号窗口",
  "board.window.named": "{window} 窗口",
  "board.list": "最近叫号",
  "board.list.number": "号码",
  "board.list.window": "窗口",
  "board.list.empty": "还没有叫号",
  "board.service": "业务",
  "board.waiting": "等候",
  "board.people": "{count} 人",
  "board.wait": "预计等候",
  "board.no_window": "窗口未开放",
  "board.caption": "请 {label} 号到 {window}办理",
  "board.phone": "咨询投诉 {phone}",
  "board.hint": "请留意屏幕叫号，过号请到导办台",
  "board.closed": "今天的业务办理已结束",
  "board.closed.hint": "请按工作时间再来",
  "board.offline": "连接中断，正在恢复；窗口照常办理",
  "board.zone_empty": "本区域没有排队业务",
  "board.emergency": "紧急通知",
  "board.emergency.follow": "请听从工作人员指引。暂停取号和叫号，已取的号码保留。",
};

const en = {
  "board.window": "Window {window}",
  "board.window.named": "Window {window}",
  "board.list": "Latest calls",
  "board.list.number": "Number",
  "board.list.window": "Window",
  "board.list.empty": "No calls yet",
  "board.service": "Service",
  "board.waiting": "Waiting",
  "board.people": "{count}",
  "board.wait": "Expected wait",
  "board.no_window": "no open window",
  "board.caption": "Number {label}, please go to {window}",
  "board.phone": "Questions: {phone}",
  "board.hint": "Please watch for your number. Missed it? Go to the guide's desk",
  "board.closed": "Closed for today",
  "board.closed.hint": "Please come back during opening hours",
  "board.offline": "Connection lost, reconnecting; windows keep serving",
  "board.zone_empty": "No services in this zone",
  "board.emergency": "Emergency",
  "board.emergency.follow": "Please follow the staff. No numbers are given or called; yours is kept.",
};

export default { zh, en };
