using System;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Xml;

/// SignedXml that finds wsu:Id.
class WssSignedXml : SignedXml
{
    public WssSignedXml(XmlDocument document) : base(document) { }

    public override XmlElement GetIdElement(XmlDocument document, string id) =>
        document.SelectNodes("//*").Cast<XmlElement>().Single(it => it.GetAttribute("Id", Signing.Wsu) == id);
}

static class Signing
{
    public const string Soap = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    const string Profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    const string Base64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

    /// Signs the Body of an envelope, a Timestamp and the certificate (in DER), which are put into its header.
    public static XmlDocument Sign(string message, RSA key, byte[] certificate)
    {
        var envelope = new XmlDocument { PreserveWhitespace = true };
        envelope.LoadXml(message);
        var body = (XmlElement)envelope.GetElementsByTagName("Body", Soap)[0];
        var header = envelope.CreateElement(envelope.DocumentElement.Prefix, "Header", Soap);
        envelope.DocumentElement.InsertBefore(header, body);
        var security = Add(header, "wsse:Security", Wsse);
        var token = Add(security, "wsse:BinarySecurityToken", Wsse, Convert.ToBase64String(certificate));
        token.SetAttribute("ValueType", Profile);
        token.SetAttribute("EncodingType", Base64);
        var timestamp = Add(security, "wsu:Timestamp", Wsu);
        Add(timestamp, "wsu:Created", Wsu, Moment(DateTime.UtcNow));
        Add(timestamp, "wsu:Expires", Wsu, Moment(DateTime.UtcNow.AddMinutes(5)));

        var signed = new WssSignedXml(envelope) { SigningKey = key };
        signed.SignedInfo.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        signed.SignedInfo.SignatureMethod = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
        foreach (var element in new[] { body, timestamp, token })
        {
            var id = element.LocalName;
            // With its prefix: one that is made up while the message is written would change what was signed.
            var attribute = envelope.CreateAttribute("wsu", "Id", Wsu);
            attribute.Value = id;
            element.SetAttributeNode(attribute);
            var reference = new Reference("#" + id) { DigestMethod = "http://www.w3.org/2001/04/xmlenc#sha256" };
            reference.AddTransform(new XmlDsigExcC14NTransform());
            signed.AddReference(reference);
        }
        var toToken = envelope.CreateElement("wsse", "SecurityTokenReference", Wsse);
        var direct = Add(toToken, "wsse:Reference", Wsse);
        direct.SetAttribute("URI", "#" + token.LocalName);
        direct.SetAttribute("ValueType", Profile);
        signed.KeyInfo.AddClause(new KeyInfoNode(toToken));
        signed.ComputeSignature();
        security.AppendChild(envelope.ImportNode(signed.GetXml(), true));
        return envelope;
    }

    static XmlElement Add(XmlElement parent, string name, string space, string text = null)
    {
        var element = parent.OwnerDocument.CreateElement(name, space);
        if (text != null) element.InnerText = text;
        parent.AppendChild(element);
        return element;
    }

    static string Moment(DateTime moment) => moment.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
}
