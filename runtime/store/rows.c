/* rows.c - rows of tickets and of the outbox as the structs of the interface. The order of the columns is that of the
 * statements TICKET_GET, TICKETS_… and OUTBOX_… */
#include "store_internal.h"

EscTicketRow esc_store_ticket_row(const EscStoreStep *step)
{
    return (EscTicketRow){
        .id = esc_store_column_text(step, 0),
        .title = esc_store_column_text(step, 1),
        .status = esc_store_column_text(step, 2),
        .json = esc_store_column_text(step, 3),
        .created_at_ms = esc_store_column_i64(step, 4),
        .updated_at_ms = esc_store_column_i64(step, 5),
        .sla_json = esc_store_column_text(step, 6),
    };
}

EscOutboxRow esc_store_outbox_row(const EscStoreStep *step)
{
    return (EscOutboxRow){
        .id = esc_store_column_u64(step, 0),
        .key = esc_store_column_text(step, 1),
        .escalation = esc_store_column_u64(step, 2),
        .ticket = esc_store_column_text(step, 3),
        .kind = (EscOutboxKind)esc_store_column_i64(step, 4),
        .target = esc_store_column_text(step, 5),
        .medium = esc_store_column_text(step, 6),
        .address = esc_store_column_text(step, 7),
        .body = esc_store_column_text(step, 8),
        .created_at_ms = esc_store_column_i64(step, 9),
        .deadline_ms = esc_store_column_i64(step, 10),
    };
}

EscStatus esc_store_ticket_get(EscStore *store, EscText id, EscArena *arena, EscTicketRow *row,
                               EscWhy *why)
{
    *row = (EscTicketRow){0};
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_TICKET_GET, "to read a ticket");
    esc_store_bind_text(&get, id);
    bool is_found = esc_store_next(&get);
    if (is_found) {
        *row = esc_store_ticket_row(&get);
        row->id = esc_arena_text(arena, row->id);
        row->title = esc_arena_text(arena, row->title);
        row->status = esc_arena_text(arena, row->status);
        row->json = esc_arena_text(arena, row->json);
        row->sla_json = esc_arena_text(arena, row->sla_json);
    }
    EscStatus status = esc_store_done(&get, why);
    if (status != ESC_OK)
        return status;
    if (!is_found)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no ticket %.*s",
                       ESC_TEXT_ARG(esc_utf8_cut(id, ESC_ID_BYTES_MAX)));
    return esc_arena_failed(arena) ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a ticket")
                                   : ESC_OK;
}
