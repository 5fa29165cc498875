/* members.h - the table behind dumps and walks: what each kind of node is made of. Private to this
 * folder. */
#ifndef ESC_GRAMMAR_MEMBERS_H
#define ESC_GRAMMAR_MEMBERS_H

#include <esc/grammar.h>

typedef enum MemberType {
    MEMBER_END, /* behind the last one of a kind */
    MEMBER_HIDDEN, /* dump.c has a form of its own for it, or none */
    MEMBER_NAME,
    MEMBER_NODE,
    MEMBER_LIST,
    MEMBER_STEPS,
    MEMBER_FLAG,
    MEMBER_COUNT,
    MEMBER_NUMBER,
    MEMBER_WORD
} MemberType;

typedef struct Member {
    MemberType type;
    uint16_t offset; /* in EscNode */
    const char *label;
    const char *const *words; /* of a WORD, by its number */
} Member;

/* The members of one kind, in the order of dumps; MEMBER_END stands behind them. */
const Member *esc_members_of(EscNodeKind kind);

#endif
