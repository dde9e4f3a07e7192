# Perl's XMLRPC::Lite.
use strict;
use warnings;
use utf8;
use Encode 'encode';
use MIME::Base64 'decode_base64';
use XMLRPC::Lite;

my $client = XMLRPC::Lite->proxy($ARGV[0]);

sub call {
    my ($method, @params) = @_;
    my $answer = $client->call("validator1.$method", @params);
    die $answer->faultstring . "\n" if $answer->fault;
    return $answer->result;
}

sub say_words { print join("\t", map { utf8::is_utf8($_) ? encode('UTF-8', $_) : $_ } @_), "\n" }

sub members { my ($struct) = @_; return map { "$_=$struct->{$_}" } sort keys %$struct }

sub typed { my ($type, $value) = @_; return XMLRPC::Data->type($type => $value) }

my $odd = "<&> \x{fc} \x{4e16}\x{754c}";
my %stooges = (moe => 1, larry => 2, curly => 3);
my $counted = "<<<>>&&&&'\"\"";
my $bytes = join '', map { chr } 0 .. 255;

say_words('arrayOfStructsTest', call('arrayOfStructsTest', [\%stooges, \%stooges, {%stooges, curly => -10}]));
say_words('countTheEntities', members(call('countTheEntities', typed(string => $counted))));
say_words('easyStructTest', call('easyStructTest', \%stooges));
say_words('echoStructTest', members(call('echoStructTest', {%stooges, text => typed(string => $odd)})));
my @types = @{ call(
    'manyTypesTest', typed(int => 42), typed(boolean => 1), typed(string => $odd), typed(double => -1.5),
    typed(dateTime => '20260102T03:04:05'), typed(base64 => $bytes),
) };
say_words('manyTypesTest', @types[0 .. 4], unpack('H*', $types[5]));
say_words('moderateSizeArrayCheck', call('moderateSizeArrayCheck', [map { typed(string => "text $_") } 0 .. 199]));
my $days = { '31' => { moe => 9 }, '01' => \%stooges };
say_words('nestedStructTest', call('nestedStructTest', { '1999' => {}, '2000' => { '03' => {}, '04' => $days } }));
say_words('simpleStructReturnTest', members(call('simpleStructReturnTest', 7)));
