# XMLRPC::Lite. With the argument "guess" it is left to itself to find out the types of values: whatever is not ASCII
# becomes base64 then, texts too.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Encode qw(encode_utf8);
use XMLRPC::Lite;
use steps;

my $guess = $ARGV[0] eq 'guess';
my $proxy = XMLRPC::Lite->proxy("${steps::url}xmlrpc.cgi");

sub call {
    my ($method, $params) = @_;
    my $answer = $proxy->call($method, $params);
    die $answer->faultstring . "\n" if $answer->fault;
    return $answer->result;
}

steps::take(
    \&call,
    sub { $guess ? encode_utf8($_[0]) : XMLRPC::Data->type(string => $_[0]) },
    sub { $guess ? $_[0] : XMLRPC::Data->type(base64 => $_[0]) },
    sub { $_[0] },
);
