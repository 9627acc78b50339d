using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml;

/// Uses every operation of a running service as a caller that signs. What to use is read from standard input, as lines of
/// name=value: address, key, certificate, today, work, employer, inss (two, with a comma), sender.
static class Client
{
    const string Service = "http://socialsecurity.be/presenceregistration/v1";
    const string Types = "http://socialsecurity.be/presenceregistration/schemas/v1";

    static ILookup<string, string> input;
    static RSA key;
    static byte[] certificate;

    static int Main()
    {
        input = Console.In.ReadToEnd().Split('\n').Where(line => line.Contains('='))
            .ToLookup(line => line.Substring(0, line.IndexOf('=')), line => line.Substring(line.IndexOf('=') + 1).Trim());
        key = Key(Pem(Given("key")));
        certificate = Pem(Given("certificate"));
        var people = Given("inss").Split(',');
        var items = Item(people[0], Given("work")) + Item(people[0], "NOWHERE") + Item(people[1], Given("work"));
        var answer = Call("registerPresences", "RegisterPresencesRequest", items);
        var ids = All(answer, "PresenceRegistrationId");
        Expect("registered", 2, ids.Length);
        Expect("error", "4", All(answer, "ErrorCode").Single());
        Expect("sender", Given("sender"), All(answer, "SenderId").First());

        var cancel = $"<m:CancelPresenceRequest><t:PresenceRegistrationId>{ids[0]}</t:PresenceRegistrationId>"
            + "<t:CancellationReason>PLANNING</t:CancellationReason></m:CancelPresenceRequest>";
        answer = Call("cancelPresences", "CancelPresencesRequest", cancel);
        Expect("status", "SUCCESSFULLY CANCELLED", All(answer, "Status").First());

        var day = Given("today");
        var search = $"<m:SearchPresenceRequest><t:SearchPresenceRegistrationCriteria><t:WorkPlaceId>{Given("work")}</t:WorkPlaceId>"
            + $"<t:RegistrationPeriodList><t:RegistrationPeriod><t:RegistrationPeriodStartDate>{day}</t:RegistrationPeriodStartDate>"
            + $"<t:RegistrationPeriodEndDate>{day}</t:RegistrationPeriodEndDate></t:RegistrationPeriod></t:RegistrationPeriodList>"
            + "</t:SearchPresenceRegistrationCriteria></m:SearchPresenceRequest>";
        answer = Call("searchPresences", "SearchPresencesRequest", search);
        Expect("found", string.Join(" ", ids), string.Join(" ", All(answer, "PresenceRegistrationId")));

        var get = $"<m:GetPresenceRegistrationRequest><t:PresenceRegistrationId>{ids[0]}</t:PresenceRegistrationId>"
            + "</m:GetPresenceRegistrationRequest>";
        answer = Call("getPresenceRegistration", "GetPresenceRegistrationRequest", get);
        Expect("read", ids[0], All(answer, "PresenceRegistrationId").Last());
        Console.WriteLine("registered 2, refused 1, cancelled 1, found 2, read 1");
        return 0;
    }

    static string Given(string name) => input[name].Single();

    static string Item(string inss, string work) =>
        $"<m:PresenceRegistrationRequest><t:RegistrationDate>{Given("today")}</t:RegistrationDate><t:INSS>{inss}</t:INSS>"
        + $"<t:CompanyID>{Given("employer")}</t:CompanyID><t:WorkPlaceId>{work}</t:WorkPlaceId></m:PresenceRegistrationRequest>";

    static XmlDocument Call(string operation, string request, string content)
    {
        var message = $"<s:Envelope xmlns:s=\"{Signing.Soap}\"><s:Body><m:{request} xmlns:m=\"{Service}\" xmlns:t=\"{Types}\">"
            + $"{content}</m:{request}></s:Body></s:Envelope>";
        var signed = Signing.Sign(message, key, certificate);
        using (var client = new WebClient { Encoding = Encoding.UTF8 })
        {
            client.Headers["Content-Type"] = "text/xml; charset=utf-8";
            client.Headers["SOAPAction"] = $"\"{Service}/{operation}\"";
            var answer = new XmlDocument();
            try
            {
                answer.LoadXml(client.UploadString(Given("address"), signed.OuterXml));
            }
            catch (WebException refused) when (refused.Response != null)
            {
                throw new Exception(new StreamReader(refused.Response.GetResponseStream()).ReadToEnd());
            }
            return answer;
        }
    }

    static string[] All(XmlDocument answer, string name) =>
        answer.GetElementsByTagName(name, Types).Cast<XmlElement>().Select(it => it.InnerText).ToArray();

    static void Expect<T>(string what, T wanted, T came)
    {
        if (!wanted.Equals(came)) throw new Exception($"{what}: expected {wanted}, came {came}");
    }

    static byte[] Pem(string path)
    {
        var lines = File.ReadAllLines(path).SkipWhile(line => !line.StartsWith("-----BEGIN")).Skip(1);
        return Convert.FromBase64String(string.Concat(lines.TakeWhile(line => !line.StartsWith("-----END"))));
    }

    /// A key in PKCS#8. Mono lacks what .NET has for it: RSA.ImportPkcs8PrivateKey.
    static RSA Key(byte[] der)
    {
#if MONO
        return Mono.Security.Cryptography.PKCS8.PrivateKeyInfo.DecodeRSA(
            new Mono.Security.Cryptography.PKCS8.PrivateKeyInfo(der).PrivateKey);
#else
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(der, out _);
        return key;
#endif
    }
}
