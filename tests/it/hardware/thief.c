/* Whoever has the PIN and asks the token for its keys' values: one line a key, what kind it is and what the token answered. */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long word;
struct list {
    unsigned char version[2];
    void *functions[68];
};
struct attribute {
    word type;
    void *value;
    word length;
};
enum { INITIALIZE = 0, SLOTS = 4, OPEN = 12, LOGIN = 18, GET = 24, FIND_INIT = 26, FIND = 27, FIND_FINAL = 28 };
enum { CKA_CLASS = 0, CKA_VALUE = 0x11, CKA_PRIVATE_EXPONENT = 0x123, CKO_PRIVATE_KEY = 3, CKO_SECRET_KEY = 4 };

int main(int count, char **arguments) {
    if (count != 3) return 2;
    void *library = dlopen(arguments[1], RTLD_NOW);
    struct list *f = NULL;
    if (!library || ((word(*)(struct list **))dlsym(library, "C_GetFunctionList"))(&f)) return 3;
    word slots[8], slot_count = 8, session;
    if (((word(*)(void *))f->functions[INITIALIZE])(NULL)) return 4;
    if (((word(*)(unsigned char, word *, word *))f->functions[SLOTS])(1, slots, &slot_count)) return 5;
    if (((word(*)(word, word, void *, void *, word *))f->functions[OPEN])(slots[0], 4 | 2, NULL, NULL, &session)) return 6;
    if (((word(*)(word, word, char *, word))f->functions[LOGIN])(session, 1, arguments[2], strlen(arguments[2]))) return 7;
    for (word kind = CKO_PRIVATE_KEY; kind <= CKO_SECRET_KEY; kind++) {
        struct attribute wanted = {CKA_CLASS, &kind, sizeof kind};
        word keys[64], found = 0;
        if (((word(*)(word, struct attribute *, word))f->functions[FIND_INIT])(session, &wanted, 1)) return 8;
        if (((word(*)(word, word *, word, word *))f->functions[FIND])(session, keys, 64, &found)) return 9;
        ((word(*)(word))f->functions[FIND_FINAL])(session);
        for (word at = 0; at < found; at++) {
            char buffer[4096];
            word answers[2];
            word types[2] = {CKA_VALUE, CKA_PRIVATE_EXPONENT};
            for (int which = 0; which < 2; which++) {
                struct attribute value = {types[which], buffer, sizeof buffer};
                answers[which] =
                    ((word(*)(word, word, struct attribute *, word))f->functions[GET])(session, keys[at], &value, 1);
            }
            printf("%s value=%lx exponent=%lx\n", kind == CKO_SECRET_KEY ? "secret" : "private", answers[0], answers[1]);
        }
    }
    return 0;
}
