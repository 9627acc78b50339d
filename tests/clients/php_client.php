<?php
/**
 * PHP's own SoapClient, with messages signed by its extensions openssl and dom, uses every operation of a running service.
 *
 *     php php_client.php    (the input of zeep_client.py, with a signer, on standard input)
 *
 * The last line printed is one JSON object of what was done; the first difference ends the run with status 1.
 */

declare(strict_types=1);

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3';
const BASE64 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Signs the Body, a Timestamp and the certificate of each call. */
final class SignedClient extends SoapClient
{
    public function __construct(string $wsdl, array $options, private string $key, private string $certificate)
    {
        parent::__construct($wsdl, $options);
    }

    public function __doRequest(string $request, string $location, string $action, int $version, bool $oneWay = false): ?string
    {
        $document = new DOMDocument();
        $document->loadXML($request);
        $this->sign($document);
        return parent::__doRequest($document->saveXML(), $location, $action, $version, $oneWay);
    }

    private function sign(DOMDocument $document): void
    {
        $envelope = $document->documentElement;
        $body = $document->getElementsByTagNameNS(SOAP, 'Body')->item(0);
        $header = $document->createElementNS(SOAP, $envelope->prefix . ':Header');
        $envelope->insertBefore($header, $body);
        $security = $header->appendChild($document->createElementNS(WSSE, 'wsse:Security'));
        $token = $security->appendChild($document->createElementNS(WSSE, 'wsse:BinarySecurityToken', $this->der()));
        $token->setAttribute('ValueType', PROFILE);
        $token->setAttribute('EncodingType', BASE64);
        $now = new DateTimeImmutable('now', new DateTimeZone('UTC'));
        $timestamp = $security->appendChild($document->createElementNS(WSU, 'wsu:Timestamp'));
        foreach (['Created' => $now, 'Expires' => $now->modify('+5 minutes')] as $name => $moment) {
            $timestamp->appendChild($document->createElementNS(WSU, "wsu:$name", $moment->format('Y-m-d\TH:i:s.v\Z')));
        }

        $signature = $security->appendChild($document->createElementNS(DS, 'ds:Signature'));
        $info = $signature->appendChild($document->createElementNS(DS, 'ds:SignedInfo'));
        $this->method($info, 'CanonicalizationMethod', EXCLUSIVE);
        $this->method($info, 'SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
        foreach (['Body' => $body, 'Timestamp' => $timestamp, 'Token' => $token] as $id => $node) {
            $node->setAttributeNS(WSU, 'wsu:Id', $id);
            $this->reference($info, $id, $node);
        }
        openssl_sign($info->C14N(true, false), $value, $this->key, OPENSSL_ALGO_SHA256);
        $signature->appendChild($document->createElementNS(DS, 'ds:SignatureValue', base64_encode($value)));
        $keyInfo = $signature->appendChild($document->createElementNS(DS, 'ds:KeyInfo'));
        $reference = $keyInfo->appendChild($document->createElementNS(WSSE, 'wsse:SecurityTokenReference'));
        $direct = $reference->appendChild($document->createElementNS(WSSE, 'wsse:Reference'));
        $direct->setAttribute('URI', '#Token');
        $direct->setAttribute('ValueType', PROFILE);
    }

    private function reference(DOMElement $info, string $id, DOMElement $node): void
    {
        $document = $info->ownerDocument;
        $reference = $info->appendChild($document->createElementNS(DS, 'ds:Reference'));
        $reference->setAttribute('URI', "#$id");
        $transforms = $reference->appendChild($document->createElementNS(DS, 'ds:Transforms'));
        $this->method($transforms, 'Transform', EXCLUSIVE);
        $this->method($reference, 'DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256');
        $digest = base64_encode(hash('sha256', $node->C14N(true, false), true));
        $reference->appendChild($document->createElementNS(DS, 'ds:DigestValue', $digest));
    }

    private function method(DOMElement $parent, string $name, string $algorithm): void
    {
        $method = $parent->appendChild($parent->ownerDocument->createElementNS(DS, "ds:$name"));
        $method->setAttribute('Algorithm', $algorithm);
    }

    /** The certificate in base64, without the lines around it. */
    private function der(): string
    {
        return preg_replace('/-----[^-]+-----|\s/', '', $this->certificate);
    }
}

function expect(string $what, mixed $wanted, mixed $came): void
{
    if ($wanted !== $came) {
        fwrite(STDERR, "$what: expected " . json_encode($wanted) . ', came ' . json_encode($came) . "\n");
        exit(1);
    }
}

$given = json_decode(stream_get_contents(STDIN), true, flags: JSON_THROW_ON_ERROR);
$options = [
    'location' => $given['address'],
    'cache_wsdl' => WSDL_CACHE_NONE,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    'trace' => true,
];
$file = fn (string $name) => file_get_contents($given['signer'][$name]);
$client = new SignedClient($given['wsdl'], $options, $file('key'), $file('certificate'));
$work = $given['works'][0]['reference'];
$item = fn (string $inss, string $work) => [
    'INSS' => $inss,
    'CompanyID' => (int) $given['companies'][0],
    'WorkPlaceId' => $work,
    'RegistrationDate' => $given['today'],
];

// Two good items around one whose work is no reference.
$items = [$item($given['inss'][0], $work), $item($given['inss'][0], 'NOWHERE'), $item($given['inss'][1], $work)];
$answers = $client->registerPresences(['PresenceRegistrationRequest' => $items])->PresenceRegistrationResponse;
expect('answers', 3, count($answers));
$error = $answers[1]->PresenceRegistrationError->ErrorList->Error[0];
expect('error of the second', '4', (string) $error->ErrorCode);
$ids = array_map(fn ($place) => $answers[$place]->PresenceRegistration->PresenceRegistrationId, [0, 2]);
expect('sender', 'secretariat', $answers[0]->PresenceRegistration->Sender->SenderId);

$cancel = ['PresenceRegistrationId' => $ids[0], 'CancellationReason' => 'PLANNING'];
$answers = $client->cancelPresences(['CancelPresenceRequest' => [$cancel]])->CancelPresenceResponse;
expect('status', 'SUCCESSFULLY CANCELLED', $answers[0]->PresenceRegistration->LastValidation->Status);

$period = ['RegistrationPeriodStartDate' => $given['today'], 'RegistrationPeriodEndDate' => $given['today']];
$criteria = ['WorkPlaceId' => $work, 'RegistrationPeriodList' => ['RegistrationPeriod' => [$period]]];
$search = ['SearchPresenceRequest' => ['SearchPresenceRegistrationCriteria' => $criteria]];
$list = $client->searchPresences($search)->SearchPresencesResponseType->PresenceRegistrationList;
expect('found', $ids, array_map(fn ($it) => $it->PresenceRegistrationId, $list->PresenceRegistration));

$get = ['GetPresenceRegistrationRequest' => ['PresenceRegistrationId' => $ids[0]]];
$read = $client->getPresenceRegistration($get)->GetPresenceRegistrationResponseType->GetPresenceRegistrationType;
expect('read', $ids[0], $read->PresenceRegistrationType->PresenceRegistrationId);

echo json_encode(['registered' => 2, 'refused' => 1, 'cancelled' => 1, 'found' => 2, 'read' => 1]), "\n";
