// Texts of the board.

const zh = {
  "board.window": "{window} 号窗口",
  "board.list": "最近叫号",
  "board.list.none": "暂无叫号",
  "board.services": "各业务等候",
  "board.waiting": "{count} 人",
  "board.wait": "{low}–{high} 分钟",
  "board.wait.none": "无需等候",
  "board.closed": "窗口未开放",
  "board.caption": "请 {label} 号到 {window}办理",
  "board.phone": "咨询投诉电话：{phone}",
  "board.welcome": "欢迎来到{hall}",
  "board.day_closed": "今日取号已结束",
  "board.offline": "正在重新连接……以下为 {clock} 的信息",
};

const en = {
  "board.window": "Window {window}",
  "board.list": "Latest calls",
  "board.list.none": "No calls yet",
  "board.services": "Waiting by service",
  "board.waiting": "{count}",
  "board.wait": "{low}–{high} min",
  "board.wait.none": "no wait",
  "board.closed": "no window",
  "board.caption": "Number {label}, please go to {window}",
  "board.phone": "Questions and complaints: {phone}",
  "board.welcome": "Welcome to {hall}",
  "board.day_closed": "No more tickets today",
  "board.offline": "Reconnecting… The news below is of {clock}",
};

export default { zh, en };
