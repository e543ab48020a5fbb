/** Hosts Slack hands out URLs on: hooks (response_url), files (uploads), and the government cloud's. */
const SLACK_HOST = /(^|\.)slack(-gov|-edge|-files)?\.com$/;
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/**
 * Whether we may send to a URL that came in a payload: https on a host of Slack's or of the configured API, or anything on
 * loopback when the API itself is there (simulator). A forged URL must not make us talk to the inside of the network.
 */
export const mayCall = (url: string, apiUrl: string): boolean => {
  if (!URL.canParse(url)) return false;
  const [target, api] = [new URL(url), new URL(apiUrl)];
  if (LOOPBACK.test(target.hostname)) return LOOPBACK.test(api.hostname);
  return (
    target.protocol === 'https:' && (SLACK_HOST.test(target.hostname) || target.hostname === api.hostname)
  );
};
