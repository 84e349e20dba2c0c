# A service with habits: what it does wrong is asked for by variables.
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
print "starting\n";
sleep $ENV{DELAY} if $ENV{DELAY};
if (defined $ENV{EXIT}) { print STDERR "giving up\n"; exit $ENV{EXIT} }

my $listener = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 8080, Listen => 16, ReuseAddr => 1)
    or die "cannot listen: $!";
print "listening on 8080\n";
while (my $client = $listener->accept) {
    my $request = <$client> // '';
    while (my $line = <$client>) { last if $line =~ /^\r?\n$/ }
    my ($path) = $request =~ m{^\S+ (\S+)};
    if (defined $path && $path eq '/die') { exit 3 }
    my $status = defined $path && $path eq '/bad' ? '503 Unavailable' : '200 OK';
    my $body = "hello from $ENV{NAME_HERE}\n";
    printf $client "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", $status, length $body, $body;
    close $client;
}
