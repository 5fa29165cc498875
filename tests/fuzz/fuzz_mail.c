/* fuzz_mail.c - any bytes as a mail: it is read within its bounds, in texts that are UTF-8 and borrow from nothing that is gone, and what
 * its HTML and its first line say is read too; or it is refused for its size alone. */
#include <string.h>

#include <esc/mime.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(EscText text, size_t size_max)
{
    ESC_ASSERT(text.size <= size_max);
    ESC_ASSERT(esc_utf8_is_valid(text, NULL));
    ESC_ASSERT(text.size == 0 || memchr(text.data, '\0', text.size) == NULL);
}

static void check_files(const EscMailRead *mail)
{
    size_t kept = 0;
    ESC_ASSERT(mail->files_count <= ESC_MAIL_FILES_MAX);
    for (uint32_t i = 0; i < mail->files_count; i++) {
        const EscMailFile *file = &mail->files[i];
        uint8_t hash[32];
        check_text(file->name, 200);
        check_text(file->type, 200);
        kept += file->content.size;
        ESC_ASSERT(file->content.size == 0 || file->content.size == file->size);
        esc_sha256(file->content, hash);
        ESC_ASSERT(file->content.size == 0 || memcmp(hash, file->hash, sizeof(hash)) == 0);
    }
    ESC_ASSERT(kept <= ESC_MAIL_FILE_BYTES_MAX);
}

static void check_mail(const EscMailRead *mail)
{
    check_text(mail->from, 254);
    check_text(mail->from_name, 200);
    check_text(mail->subject, ESC_MAIL_SUBJECT_BYTES_MAX);
    check_text(mail->message_id, 998);
    check_text(mail->text, ESC_MAIL_TEXT_BYTES_MAX);
    ESC_ASSERT(mail->references_count <= ESC_MAIL_REFERENCES_MAX);
    for (uint32_t i = 0; i < mail->references_count; i++)
        check_text(mail->references[i], 998);
    check_files(mail);
    EscReplySaid said = esc_reply_read(mail->text);
    check_text(said.line, mail->text.size);
    ESC_ASSERT(said.reason.size <= said.line.size);
}

/* Every character of it at most once, but for quotes, whose mark stands before each line. */
static void check_html(EscText html)
{
    EscBuf words;
    esc_buf_init(&words, 4 * html.size + 64);
    esc_html_say(&words, html);
    ESC_ASSERT(words.status == ESC_OK);
    esc_buf_release(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscArena *arena = esc_arena_new((size_t)64 << 20);
    EscMailRead mail;
    EscWhy why = {.text = ""};
    ESC_ASSERT(arena != NULL);
    EscStatus status =
        esc_mail_read(arena, (EscBytes){data, size}, ESC_TEXT("desk@x.example"), &mail, &why);
    ESC_ASSERT(status == ESC_OK || (status == ESC_OVER_LIMIT && why.text[0] != '\0'));
    if (status == ESC_OK)
        check_mail(&mail);
    check_html((EscText){(const char *)data, size});
    esc_arena_free(arena);
    return 0;
}
