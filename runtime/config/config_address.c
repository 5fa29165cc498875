/* config_address.c - which addresses may be connected to.
 *
 * Private, loopback, link-local and other addresses that are not of the public Internet are
 * refused, unless allowed_addresses names the host, the address or a range that holds it. The
 * check is made on each address that is really about to be connected to, so that a name which
 * resolves differently the second time gains nothing. IPv4 addresses are kept as ::ffff:a.b.c.d. */
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "config_internal.h"

bool esc_address_range_read(EscText text, AddressRange *range)
{
    char address[64];
    if (text.size == 0 || text.size >= sizeof(address))
        return false;
    memcpy(address, text.data, text.size);
    address[text.size] = '\0';
    char *slash = strchr(address, '/');
    long bits = -1;
    if (slash != NULL) {
        char *end = NULL;
        *slash = '\0';
        bits = strtol(slash + 1, &end, 10);
        if (end == slash + 1 || *end != '\0' || bits < 0 || bits > 128)
            return false;
    }
    memset(range, 0, sizeof(*range));
    if (inet_pton(AF_INET, address, range->bytes + 12) == 1) {
        range->bytes[10] = range->bytes[11] = 0xff;
        range->bits = bits < 0 ? 128u : 96u + (unsigned)bits;
        return bits <= 32;
    }
    range->bits = bits < 0 ? 128u : (unsigned)bits;
    return inet_pton(AF_INET6, address, range->bytes) == 1;
}

bool esc_address_range_holds(const AddressRange *range, const uint8_t bytes[16])
{
    for (unsigned bit = 0; bit < range->bits; bit++) {
        unsigned mask = 0x80u >> (bit % 8);
        if (((range->bytes[bit / 8] ^ bytes[bit / 8]) & mask) != 0)
            return false;
    }
    return true;
}

/* By name, or as a literal address within a range. */
bool esc_host_is_allowed(const EscWorkspaceConfig *workspace, EscText host)
{
    AddressRange literal;
    if (host.size > 2 && host.data[0] == '[')
        host = (EscText){host.data + 1, host.size - 2};
    bool is_literal = esc_address_range_read(host, &literal);
    for (uint32_t i = 0; i < workspace->allowed_addresses.count; i++) {
        EscText entry = workspace->allowed_addresses.items[i];
        AddressRange range;
        if (esc_text_equal(entry, host))
            return true;
        if (is_literal && esc_address_range_read(entry, &range) &&
            esc_address_range_holds(&range, literal.bytes))
            return true;
    }
    return false;
}

bool esc_address_bytes(const struct sockaddr *address, uint8_t bytes[16])
{
    memset(bytes, 0, 16);
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        bytes[10] = bytes[11] = 0xff;
        memcpy(bytes + 12, &v4.sin_addr, 4);
        return true;
    }
    if (address->sa_family != AF_INET6)
        return false;
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof(v6));
    memcpy(bytes, &v6.sin6_addr, 16);
    return true;
}

static bool is_in_one_of(const char *const *ranges, size_t count, const uint8_t bytes[16])
{
    for (size_t i = 0; i < count; i++) {
        AddressRange range;
        bool is_range = esc_address_range_read(esc_text_from(ranges[i]), &range);
        ESC_ASSERT(is_range);
        if (esc_address_range_holds(&range, bytes))
            return true;
    }
    return false;
}

/* IPv4: the special-purpose registry (RFC 6890 and its updates). IPv6: only 2000::/3 is public,
 * without what tunnels to IPv4 or stands for examples; mapped and NAT64 forms are outside of it. */
bool esc_address_is_public(const uint8_t bytes[16])
{
    static const char *const mapped[] = {"::ffff:0:0/96"};
    static const char *const not_public_v4[] = {
        "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    };
    static const char *const public_v6[] = {"2000::/3"};
    static const char *const not_public_v6[] = {"2001::/23", "2001:db8::/32", "2002::/16",
                                                "3fff::/20"};
    if (is_in_one_of(mapped, ESC_COUNT_OF(mapped), bytes))
        return !is_in_one_of(not_public_v4, ESC_COUNT_OF(not_public_v4), bytes);
    return is_in_one_of(public_v6, ESC_COUNT_OF(public_v6), bytes) &&
           !is_in_one_of(not_public_v6, ESC_COUNT_OF(not_public_v6), bytes);
}

bool esc_address_is_allowed(const EscWorkspaceConfig *workspace, EscText host,
                            const struct sockaddr *address)
{
    uint8_t bytes[16];
    if (!esc_address_bytes(address, bytes))
        return false;
    if (esc_address_is_public(bytes))
        return true;
    for (uint32_t i = 0; i < workspace->allowed_addresses.count; i++) {
        EscText entry = workspace->allowed_addresses.items[i];
        AddressRange range;
        bool is_range = esc_address_range_read(entry, &range);
        if (is_range ? esc_address_range_holds(&range, bytes) : esc_text_equal(entry, host))
            return true;
    }
    return false;
}
