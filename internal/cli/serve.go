package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// listen opens the address of --addr, before anything else is done.
func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--addr: cannot listen on %s: %s", addr, whyNot(err))
	}
	return listener, nil
}

// whyNot says why an address cannot be listened on, and what to do.
func whyNot(err error) string {
	var address *net.AddrError
	var name *net.DNSError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "another program listens there; end it, or give another port (0 chooses a free one)"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "this machine has no such address; give one of its own, such as 127.0.0.1:0"
	case errors.Is(err, syscall.EACCES):
		return "this user may not; give a port above 1023"
	case errors.As(err, &address):
		return address.Err + "; give HOST:PORT, such as 127.0.0.1:4010, with a port from 0 to 65535"
	case errors.As(err, &name):
		return "there is no such host; give one of this machine, such as 127.0.0.1"
	}
	return err.Error()
}

// urlOf returns the URL at which clients on this machine reach a listener.
func urlOf(listener net.Listener) string {
	at := listener.Addr().String()
	if tcp, ok := listener.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		at = net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port)) // not all systems can connect to 0.0.0.0
	}
	return "http://" + at
}

// serve serves until ctx ends, and then waits a while for the requests that are
// in progress.
func serve(ctx context.Context, listener net.Listener, server *http.Server) error {
	server.ReadHeaderTimeout = 30 * time.Second
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	const patience = 3 * time.Second
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if server.Shutdown(rest) != nil {
		return server.Close() // streams do not end by themselves
	}
	return nil
}
