/* fuzz_config.c - any bytes as the daemon's configuration: it is read, or a sentence says what
 * is wrong. */
#include <esc/runtime.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscConfig *config = esc_config_new();
    ESC_ASSERT(config != NULL);
    EscWhy why = {.text = ""};
    EscStatus status =
        esc_config_read(config, (EscText){(const char *)data, size}, "fuzz.json", &why);
    if (status != ESC_OK)
        ESC_ASSERT(why.text[0] != '\0');
    esc_config_free(config);
    return 0;
}
