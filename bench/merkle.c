/* The root of RFC 6962 over a file of entries, each behind its length as u16be; prints leaves a second of processor and the root. One SHA-256 context, no allocation. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void node(const unsigned char *left, const unsigned char *right, unsigned char *out) {
    SHA256_CTX c;
    unsigned char one[65] = {1};
    memcpy(one + 1, left, 32), memcpy(one + 33, right, 32);
    SHA256_Init(&c), SHA256_Update(&c, one, 65), SHA256_Final(out, &c);
}

int main(int argc, char **argv) {
    static unsigned char stack[64][32], leaf[65536];
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!f) return 1;
    fseek(f, 0, SEEK_END);
    long size = ftell(f), at = 0, count = 0;
    unsigned char *data = malloc(size + 1);
    rewind(f);
    if (!data || fread(data, 1, size, f) != (size_t)size) return 1;
    struct timespec start, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    int depth = 0;
    for (; at + 2 <= size; count++) {
        long length = data[at] << 8 | data[at + 1];
        SHA256_CTX c;
        memcpy(leaf + 1, data + at + 2, length);
        SHA256_Init(&c), SHA256_Update(&c, leaf, length + 1), SHA256_Final(stack[depth++], &c);
        at += 2 + length;
        for (long full = count; full & 1; full >>= 1, depth--) node(stack[depth - 2], stack[depth - 1], stack[depth - 2]);
    }
    for (; depth > 1; depth--) node(stack[depth - 2], stack[depth - 1], stack[depth - 2]);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    printf("%f ", count / (end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9));
    for (int i = 0; i < 32; i++) printf("%02x", stack[0][i]);
    printf("\n");
    return 0;
}
