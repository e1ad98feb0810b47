import {
  parseMailServer,
  parseNoticeKinds,
  parseReceivers,
  parseSender,
  type NoticeSettings,
} from '../../../../activities/stack/notify.js';

/** As a stack has them; nothing listens on the mail server's port unless another is given. */
export const noticeSettings = (notify: string, smtpUrl = 'smtp://127.0.0.1:9'): NoticeSettings => ({
  notify: parseReceivers(notify),
  notifyOn: parseNoticeKinds('failed rolled-back blocked waiting job-failed recovered'),
  smtpUrl: parseMailServer(smtpUrl),
  mailFrom: parseSender('birdkeeper@localhost'),
});
