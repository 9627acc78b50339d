package presence;

import be.socialsecurity.presenceregistration.v1.PresenceRegistrationPortType;
import be.socialsecurity.presenceregistration.v1.PresenceRegistrationService;
import java.net.URI;
import java.util.Map;
import java.util.Properties;
import javax.xml.ws.BindingProvider;
import org.apache.cxf.rt.security.SecurityConstants;

/** The generated port, told which key to sign with. What is signed, and how, CXF reads from the policy of the WSDL. */
final class Port {
    private Port() {
    }

    static PresenceRegistrationPortType of(Properties input) throws Exception {
        PresenceRegistrationService service =
            new PresenceRegistrationService(URI.create(input.getProperty("wsdl")).toURL());
        PresenceRegistrationPortType port = service.getPresenceRegistrationSOAP11();
        Map<String, Object> context = ((BindingProvider) port).getRequestContext();
        context.put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, input.getProperty("address"));
        context.put(SecurityConstants.SIGNATURE_PROPERTIES, keystore(input));
        context.put(SecurityConstants.SIGNATURE_USERNAME, input.getProperty("alias"));
        context.put(SecurityConstants.CALLBACK_HANDLER, new Password(input.getProperty("password")));
        context.putAll(algorithm(input));
        switch (input.getProperty("token")) {
            case "x509":
                break;
            case "holder-of-key":
                context.put(SecurityConstants.STS_CLIENT, Tokens.client(input));
                break;
            case "sender-vouches":
                context.put(SecurityConstants.SAML_CALLBACK_HANDLER, new Vouch(input));
                break;
            case "reference":
                References.sign(port, input);
                break;
            default:
                throw new IllegalArgumentException("token=" + input.getProperty("token"));
        }
        return port;
    }

    /** Another algorithm of signatures than the policy's, which CXF takes to be RSA-SHA1 whatever the suite. */
    static Map<String, Object> algorithm(Properties input) {
        String algorithm = input.getProperty("signature");
        return algorithm == null ? Map.of() : Map.of(org.apache.cxf.ws.security.SecurityConstants.ASYMMETRIC_SIGNATURE_ALGORITHM, algorithm);
    }

    /** How WSS4J is told of a PKCS#12 file. */
    static Properties keystore(Properties input) {
        Properties crypto = new Properties();
        crypto.put("org.apache.wss4j.crypto.provider", "org.apache.wss4j.common.crypto.Merlin");
        crypto.put("org.apache.wss4j.crypto.merlin.keystore.type", "pkcs12");
        crypto.put("org.apache.wss4j.crypto.merlin.keystore.file", input.getProperty("keystore"));
        crypto.put("org.apache.wss4j.crypto.merlin.keystore.password", input.getProperty("password"));
        crypto.put("org.apache.wss4j.crypto.merlin.keystore.alias", input.getProperty("alias"));
        return crypto;
    }
}
