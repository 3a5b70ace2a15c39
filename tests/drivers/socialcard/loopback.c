/* Loaded into pcscd with LD_PRELOAD: what vsmartcard's virtual reader would open to every network is opened on loopback
 * only. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int bind(int file, const struct sockaddr *address, socklen_t length) {
    static int (*real)(int, const struct sockaddr *, socklen_t);
    if (real == NULL) real = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");
    if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in here;
        memcpy(&here, address, sizeof here);
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return real(file, (const struct sockaddr *)&here, sizeof here);
    }
    if (address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 here;
        memcpy(&here, address, sizeof here);
        here.sin6_addr = in6addr_loopback;
        return real(file, (const struct sockaddr *)&here, sizeof here);
    }
    return real(file, address, length);
}
