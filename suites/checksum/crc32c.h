/* CRC-32C (Castagnoli), as in iSCSI (RFC 3720) and ext4; reflected, polynomial 0x82f63b78. */
#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(const unsigned char *data, size_t length);
