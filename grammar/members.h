/* members.h - the table behind dumps and walks: what each kind of node is made of. Private to this
 * folder. */
#ifndef ESC_GRAMMAR_MEMBERS_H
#define ESC_GRAMMAR_MEMBERS_H

#include <esc/grammar.h>

typedef enum MemberType {
    MEMBER_NAME,
    MEMBER_NODE,
    MEMBER_LIST,
    MEMBER_FLAG,
    MEMBER_COUNT,
    MEMBER_NUMBER,
    MEMBER_WORD
} MemberType;

typedef struct Member {
    EscNodeKind kind;
    MemberType type;
    uint16_t offset; /* in EscNode */
    const char *label;
} Member;

/* The members of one kind stand together; *count may be 0. */
const Member *esc_members_of(EscNodeKind kind, size_t *count);

#endif
