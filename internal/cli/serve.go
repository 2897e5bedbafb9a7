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
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("--addr: cannot listen on %s: another program uses that port; choose another one, or port 0 for any that is free", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("--addr: cannot listen on %s: %w", addr, err)
	}
	return listener, nil
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
