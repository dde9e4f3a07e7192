# XML::RPC::Fast. It is told how to read times: where DateTime::Format::ISO8601 is installed it would use that, which
# does not know XML-RPC's form of them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use MIME::Base64;
use XML::RPC::Fast;
use steps;

my $client = XML::RPC::Fast->new("${steps::url}xmlrpc.cgi");
$client->registerType('dateTime.iso8601' => sub { $_[0]->textContent });

steps::take(
    sub {
        my ($method, $params) = @_;
        my $answer = $client->call($method, $params);
        die "$answer->{faultCode} $answer->{faultString}\n" if ref $answer eq 'HASH' and exists $answer->{faultCode};
        return $answer;
    },
    sub { $_[0] },
    sub { bless \encode_base64($_[0]), 'base64' },
    sub { $_[0] },
);
