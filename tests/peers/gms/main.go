// go-mysql-server, a third party's MySQL 8.0 in memory: its protocol, its accounts and its dictionary, without its engine.
//
//	gms ADDRESS CERTIFICATE KEY
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/memory"
	"github.com/dolthub/go-mysql-server/server"
	"github.com/dolthub/go-mysql-server/sql"
)

// An account of every plug-in that a login may begin or go on with. The tests' administrator grants the rest.
var accounts = []string{
	"create user admin@'%' identified by 'pw'",
	"grant all on *.* to admin@'%' with grant option",
	"create user sha2@'%' identified with caching_sha2_password by 'pw'",
	"create user native@'%' identified with mysql_native_password by 'pw'",
	"create user nothing@'%' identified by 'pw'",
	"create database app",
	"grant all on app.* to sha2@'%'",
	"grant all on app.* to native@'%'",
	"drop user root@localhost",
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(address, certificate, key string) error {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return err
	}
	provider := memory.NewDBProvider()
	// Keys are in the dictionary only if they are indexes.
	provider.WithOption(memory.NativeIndexProvider(true))
	engine := sqle.NewDefault(provider)
	accountsOf := engine.Analyzer.Catalog.MySQLDb
	accountsOf.SetEnabled(true)
	accountsOf.SetPersister(&kept{})
	accountsOf.AddRootAccount()
	base := sql.NewBaseSessionWithClientServer(address, sql.Client{User: "root", Address: "localhost"}, 1)
	context := sql.NewContext(context.Background(), sql.WithSession(memory.NewSession(base, provider)))
	for _, statement := range accounts {
		_, rows, _, err := engine.Query(context, statement)
		if err == nil {
			_, err = sql.RowIterToRows(context, rows)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	config := server.Config{
		Protocol:  "tcp",
		Address:   address,
		Version:   "8.0.31-go-mysql-server",
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}},
	}
	listener, err := server.NewServer(config, engine, sql.NewContext, memory.NewSessionBuilder(provider), nil)
	if err != nil {
		return err
	}
	return listener.Start()
}

// Accounts live as long as the process does.
type kept struct{}

func (*kept) Persist(*sql.Context, []byte) error { return nil }
