/* Readiness and sockets. */
#include "os/posix/file_host.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { POLL_BATCH = 64 };

/* Looks at all, a batch at a time, without waiting. */
static enum gw_oserr
look(struct gw_poll *polls, size_t count, int timeout_ms, bool *any)
{
    struct pollfd host[POLL_BATCH];
    for (size_t start = 0; start < count; start += POLL_BATCH) {
        size_t n = count - start < POLL_BATCH ? count - start : POLL_BATCH;
        struct gw_poll *batch = polls + start;
        for (size_t i = 0; i < n; i++) {
            host[i].fd = batch[i].fd;
            host[i].events = (short)((batch[i].read ? POLLIN : 0) |
                                     (batch[i].write ? POLLOUT : 0));
            host[i].revents = 0;
        }
        int result = poll(host, (nfds_t)n, timeout_ms);
        if (result == -1 && errno != EINTR)
            return gw_oserr_from_errno(errno);
        for (size_t i = 0; i < n && result > 0; i++) {
            batch[i].ready = host[i].revents != 0;
            batch[i].hangup = (host[i].revents & POLLHUP) != 0;
            *any = *any || batch[i].ready;
        }
    }
    return GW_OSERR_OK;
}

static void
sleep_ns(uint64_t time_ns)
{
    struct timespec time = { (time_t)(time_ns / 1000000000),
                             (long)(time_ns % 1000000000) };
    (void)nanosleep(&time, NULL);
}

/* Only one batch can be waited for at once; with more we look at all of them
 * every millisecond.  A wait may end early, as one does after a signal. */
enum gw_oserr
gw_file_poll(struct gw_poll *polls, size_t count, uint64_t timeout_ns)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        polls[i].ready = polls[i].hangup = false;
    enum gw_oserr err = look(polls, count, 0, &any);
    if (err != GW_OSERR_OK || any || timeout_ns == 0)
        return err;
    uint64_t ms = timeout_ns / 1000000;
    if (ms == 0 || count > POLL_BATCH)
        sleep_ns(ms == 0 ? timeout_ns : 1000000);
    return look(polls, count,
                count > POLL_BATCH ? 0 : (int)(ms < 60000 ? ms : 60000), &any);
}

uint64_t
gw_file_pending(int fd)
{
    int bytes = 0;
    return ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0 ? (uint64_t)bytes : 0;
}

/* ---- sockets ---- */

#if defined(MSG_NOSIGNAL)
enum { SEND_FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT };
#else
enum { SEND_FLAGS = MSG_DONTWAIT };
#endif

/* Non-blocking, closed on exec, and silent when the other side is gone. */
static void
prepare(int fd)
{
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
#if defined(SO_NOSIGPIPE)
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
}

static uint16_t
bound_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name;
    socklen_t size = sizeof name;
    memset(&name, 0, sizeof name);
    if (getsockname(fd, &name.any, &size) != 0)
        return 0;
    return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port
                                                : name.v4.sin_port);
}

enum gw_oserr
gw_sock_listen(const char *address, uint16_t *port, int *fd)
{
    struct addrinfo hints, *info;
    char service[8];
    int on = 1;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    (void)snprintf(service, sizeof service, "%u", (unsigned)*port);
    if (getaddrinfo(address, service, &hints, &info) != 0)
        return GW_OSERR_ADDRNOTAVAIL;
    enum gw_oserr err = GW_OSERR_OK;
    *fd = socket(info->ai_family, SOCK_STREAM, 0);
    if (*fd == -1 ||
        setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(*fd, info->ai_addr, info->ai_addrlen) != 0 ||
        listen(*fd, 128) != 0) {
        err = gw_oserr_from_errno(errno);
        if (*fd != -1)
            gw_file_close(*fd);
        *fd = -1;
    } else {
        prepare(*fd);
        *port = bound_port(*fd);
    }
    freeaddrinfo(info);
    return err;
}

enum gw_oserr
gw_sock_accept(int fd, int *connection)
{
    RETRY(*connection, accept(fd, NULL, NULL));
    if (*connection == -1)
        return gw_oserr_from_errno(errno);
    prepare(*connection);
    return GW_OSERR_OK;
}

enum gw_oserr
gw_sock_receive(int fd, const struct gw_iov *iovs, size_t count, bool peek,
                size_t *done, bool *truncated)
{
    struct iovec host[GW_FILE_IOVS];
    struct msghdr message;
    ssize_t result;
    memset(&message, 0, sizeof message);
    message.msg_iov = host;
    message.msg_iovlen = gw_iov_to_host(iovs, count, host);
    RETRY(result, recvmsg(fd, &message, (peek ? MSG_PEEK : 0) | MSG_DONTWAIT));
    *done = result < 0 ? 0 : (size_t)result;
    *truncated = result >= 0 && (message.msg_flags & MSG_TRUNC) != 0;
    return result < 0 ? gw_oserr_from_errno(errno) : GW_OSERR_OK;
}

enum gw_oserr
gw_sock_send(int fd, const struct gw_iov *iovs, size_t count, size_t *done)
{
    struct iovec host[GW_FILE_IOVS];
    struct msghdr message;
    ssize_t result;
    memset(&message, 0, sizeof message);
    message.msg_iov = host;
    message.msg_iovlen = gw_iov_to_host(iovs, count, host);
    RETRY(result, sendmsg(fd, &message, SEND_FLAGS));
    *done = result < 0 ? 0 : (size_t)result;
    return result < 0 ? gw_oserr_from_errno(errno) : GW_OSERR_OK;
}

enum gw_oserr
gw_sock_shutdown(int fd, bool read, bool write)
{
    return gw_oserr_of(shutdown(fd, read && write ? SHUT_RDWR
                                    : read        ? SHUT_RD
                                                  : SHUT_WR));
}
