package cli

import "context"

func (s *step) mapInFolder(ctx context.Context, f *mapFlags, args []string) error { return nil }
func (s *step) mergeInFolder(in string, args []string) error                      { return nil }
