#!/bin/sh
# Makes the certificate of a host or client of the database hosts, valid for a year, and first the authority that signs
# it, if the directory has none:
#   make-certificate.sh DIRECTORY NAME [ADDRESS...]
# Each ADDRESS is an IP address or a name by which a client calls the host; a mere client needs none. Results: ca.pem, NAME.crt, NAME.key,
# and NAME.pem, which has certificate and key, for HAProxy. Keep ca.key off the hosts. Run it again to renew.
# test/production/patroni/ runs this file.
set -eu
umask 077
directory=$1 name=$2
shift 2
mkdir -p "$directory"
cd "$directory"

if [ ! -e ca.key ]; then
  cat >authority.cnf <<END
[req]
prompt = no
distinguished_name = name
x509_extensions = authority
[name]
CN = Hailgrid database hosts
[authority]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
  openssl req -x509 -config authority.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 3650 \
    -keyout ca.key -out ca.pem
fi

# etcd, Patroni and Postgres of a host use one certificate, each as server and as client.
cat >"$name.cnf" <<END
[req]
prompt = no
distinguished_name = name
[name]
CN = $name
[host]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
names=
for address; do
  case $address in
    *:*) kind=IP ;;
    *[!0-9.]*) kind=DNS ;;
    *) kind=IP ;;
  esac
  names="$names${names:+, }$kind:$address"
done
[ -z "$names" ] || echo "subjectAltName = $names" >>"$name.cnf"
openssl req -new -config "$name.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr"
openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 365 \
  -extfile "$name.cnf" -extensions host -out "$name.crt"
cat "$name.crt" "$name.key" >"$name.pem"
rm "$name.csr"
