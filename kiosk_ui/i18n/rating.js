// Texts of the rating page.

const zh = {
  "rating.idle": "办完业务后，请在这里评价",
  "rating.ask": "请您评价本次服务",
  "rating.window": "{window} 号窗口",
  "rating.clerk": "工号 {clerk}",
  "rating.very_satisfied": "非常满意",
  "rating.satisfied": "满意",
  "rating.basically_satisfied": "基本满意",
  "rating.dissatisfied": "不满意",
  "rating.very_dissatisfied": "非常不满意",
  "rating.anonymous": "匿名评价，窗口人员看不到您的选择",
  "rating.left": "{seconds} 秒后自动结束，不评价也可以",
  "rating.thanks": "感谢您的评价",
  "rating.offline": "正在重新连接，请稍候",
};

const en = {
  "rating.idle": "You can rate the service here when it is done",
  "rating.ask": "How was the service today?",
  "rating.window": "Window {window}",
  "rating.clerk": "Clerk {clerk}",
  "rating.very_satisfied": "Very satisfied",
  "rating.satisfied": "Satisfied",
  "rating.basically_satisfied": "Fairly satisfied",
  "rating.dissatisfied": "Dissatisfied",
  "rating.very_dissatisfied": "Very dissatisfied",
  "rating.anonymous": "Anonymous: the clerk does not see your choice",
  "rating.left": "Ends in {seconds} s; you need not rate",
  "rating.thanks": "Thank you for your rating",
  "rating.offline": "Reconnecting, please wait",
};

export default { zh, en };
