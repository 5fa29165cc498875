/* inbound.c - the kinds of services that answer, one for each row of <esc/inbound_kinds.def>. Pure. */
#include <esc/inbound.h>

#define ESC_INBOUND(kind, name, functions) extern const EscInboundKind esc_inbound_##functions;
#include <esc/inbound_kinds.def>
#undef ESC_INBOUND

const EscInboundKind *esc_inbound_kind(EscInboundKindId kind)
{
    static const EscInboundKind *const kinds[ESC_INBOUND_COUNT] = {
#define ESC_INBOUND(kind, name, functions) [ESC_INBOUND_##kind] = &esc_inbound_##functions,
#include <esc/inbound_kinds.def>
#undef ESC_INBOUND
    };
    ESC_ASSERT(kind < ESC_INBOUND_COUNT);
    return kinds[kind];
}
