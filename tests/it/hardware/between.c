/* A PKCS #11 module that hands every call on to another, except that signatures come late or wrong, as a file says. */

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long CK_RV;
typedef unsigned long (*function)(void);
typedef CK_RV (*sign_function)(unsigned long, unsigned char *, unsigned long, unsigned char *, unsigned long *);

/* CK_FUNCTION_LIST (PKCS #11 2.40): a version, and 68 functions, of which C_Sign is the 44th. */
struct list {
    unsigned char version[2];
    function functions[68];
};
enum { SIGN = 43, GET_FUNCTION_LIST = 3 };

static struct list ours;
static sign_function theirs;

static CK_RV sign(unsigned long session, unsigned char *data, unsigned long length, unsigned char *signature,
                  unsigned long *signature_length) {
    char what[16] = "pass";
    unsigned milliseconds = 0;
    FILE *control = fopen(CONTROL, "r");
    if (control) {
        if (fscanf(control, "%15s %u", what, &milliseconds) != 2) strcpy(what, "pass");
        fclose(control);
    }
    if (signature && strcmp(what, "late") == 0) usleep(milliseconds * 1000);
    CK_RV result = theirs(session, data, length, signature, signature_length);
    if (signature && result == 0 && strcmp(what, "wrong") == 0) signature[*signature_length - 1] ^= 1;
    return result;
}

static CK_RV get_function_list(struct list **list) {
    *list = &ours;
    return 0;
}

CK_RV C_GetFunctionList(struct list **list) {
    if (!theirs) {
        void *library = dlopen(MODULE, RTLD_NOW);
        if (!library) return 5;
        CK_RV (*get)(struct list **) = (CK_RV (*)(struct list **))dlsym(library, "C_GetFunctionList");
        struct list *found;
        if (!get || get(&found) != 0) return 5;
        ours = *found;
        theirs = (sign_function)found->functions[SIGN];
        ours.functions[SIGN] = (function)sign;
        ours.functions[GET_FUNCTION_LIST] = (function)get_function_list;
    }
    *list = &ours;
    return 0;
}
