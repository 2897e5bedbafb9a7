package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// listen opens the address of --addr, before anything else is done.
func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--addr: cannot listen on %s: %w", addr, err)
	}
	return listener, nil
}

// urlOf returns the URL at which clients reach a listener.
func urlOf(listener net.Listener) string { return "http://" + listener.Addr().String() }

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
