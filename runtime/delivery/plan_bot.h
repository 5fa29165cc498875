/* plan_bot.h - what the plans of bots share: they speak by an API, so they find out whom and where, and reply in threads;
 * for plan_*.c only. Pure. */
#ifndef ESC_DELIVERY_PLAN_BOT_H
#define ESC_DELIVERY_PLAN_BOT_H

#include "planner.h"

/* Plans a request by which the value under `key` is found out: GET, or POST with a body. The row is planned again behind
 * it. */
void esc_bot_ask(EscPlanner *planner, EscText url, EscText body, EscKnownSort sort, EscText key,
                 const char *pointer);
/* POST or PUT of JSON with the bot's token. */
void esc_bot_send(EscPlanner *planner, const char *method, EscText url, EscText token,
                  EscText json);
/* What is known under a key of ours, "KIND NAME"; empty: nothing. */
EscText esc_bot_known(EscPlanner *planner, EscKnownSort sort, EscText key);
/* Of a channel and an escalation, under which the first message of a thread is kept; empty: it belongs in none. People's
 * messages are in none, so that each rings. */
EscText esc_bot_thread(EscPlanner *planner, const char *kind, const EscMessage *message);
/* One segment of a path, percent-encoded. */
EscText esc_bot_segment(EscPlanner *planner, EscText name);
/* The URL of an endpoint without the / at its end, and a path behind it. */
EscText esc_bot_url(EscPlanner *planner, const EscEndpoint *endpoint, const char *path);
/* A mail address of the directory, "ana@x.example", as no name of a chat looks like. */
bool esc_bot_is_mail(EscText address);
/* A member's id, by it or by a mail address; a user's of Mattermost, by it, @name or a mail address; a channel's of it,
 * by "TEAM/CHANNEL". Empty: it is refused, or a step was planned that finds it out. */
EscText esc_slack_member(EscPlanner *planner, const EscEndpoint *endpoint, EscText address);
EscText esc_mattermost_user(EscPlanner *planner, const EscEndpoint *endpoint, EscText address);
EscText esc_mattermost_channel(EscPlanner *planner, const EscEndpoint *endpoint, EscText name);
/* Slack's verdict of its own words (plan_slack.c). */
void esc_slack_judge(struct EscSaid *said);
/* An errand's body: {"do": "…", "with": {…}}. False: refused. */
bool esc_bot_errand(EscPlanner *planner, const EscJson **errand, EscText *act, EscText *with);
/* Whether the reply has this value, as text, at an RFC 6901 pointer. */
bool esc_bot_reply_is(EscText reply, const char *pointer, const char *value);

#endif
