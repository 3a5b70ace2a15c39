// Texts of the ticket page on a phone.

const zh = {
  "ticket.title": "排队进度",
  "ticket.no_token": "链接不完整，请重新扫描小票上的二维码。",
  "ticket.ahead": "前面还有",
  "ticket.people": "{count} 人",
  "ticket.wait": "预计等候",
  "ticket.window": "{window} 号窗口",
  "ticket.waiting": "请在等候区等候，注意听叫号、看大屏。",
  "ticket.break": "预计叫到您时要过午休，{opens} 起继续叫号。",
  "ticket.called": "请到",
  "ticket.serving": "正在办理",
  "ticket.held": "窗口正在为您处理，会再次叫号，请不要走远。",
  "ticket.missed": "已经叫过您的号。请到导办台或窗口说明，工作人员会为您恢复排队。",
  "ticket.done": "本次业务已经办完，谢谢。",
  "ticket.cancelled": "这个号已取消。如需办理请重新取号。",
  "ticket.expired": "这个号已失效。如需办理请重新取号。",
  "ticket.emergency": "紧急通知",
  "ticket.emergency.kept": "暂停取号和叫号，您的号码保留。请听从现场工作人员指引。",
  "ticket.note": "本页自动更新，以现场叫号为准",
};

const en = {
  "ticket.title": "My place in the queue",
  "ticket.no_token": "The link is not complete. Please scan the code on your slip again.",
  "ticket.ahead": "Ahead of you",
  "ticket.people": "{count}",
  "ticket.wait": "Expected wait",
  "ticket.window": "Window {window}",
  "ticket.waiting": "Please stay in the waiting area, listen for your number and watch the board.",
  "ticket.break": "A lunch break comes before your call; calling goes on from {opens}.",
  "ticket.called": "Please go to",
  "ticket.serving": "Being served at",
  "ticket.held": "The window is working on it and will call you again. Please stay near.",
  "ticket.missed": "Your number was called before. Please tell the guide or the window; the staff will put you back in the queue.",
  "ticket.done": "This visit is finished. Thank you.",
  "ticket.cancelled": "This number was cancelled. Take a new one if you need to.",
  "ticket.expired": "This number is no longer valid. Take a new one if you need to.",
  "ticket.emergency": "Emergency",
  "ticket.emergency.kept": "No numbers are given or called; yours is kept. Please follow the staff in the hall.",
  "ticket.note": "This page updates itself; the call in the hall counts",
};

export default { zh, en };
