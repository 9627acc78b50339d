package presence;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import javax.xml.namespace.QName;
import org.apache.cxf.BusFactory;
import org.apache.cxf.rt.security.SecurityConstants;
import org.apache.cxf.staxutils.StaxUtils;
import org.apache.cxf.ws.security.trust.STSClient;

/** CXF's own client of the token service. */
final class Tokens {
    private static final String SERVICE = "http://socialsecurity.be/sts/v2";
    private static final String TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    private static final String DIALECT = "http://schemas.xmlsoap.org/ws/2006/12/authorization/authclaims";
    private static final String AUTHORIZATION = "http://schemas.xmlsoap.org/ws/2006/12/authorization";

    private Tokens() {
    }

    static STSClient client(Properties input) throws Exception {
        STSClient client = new STSClient(BusFactory.getDefaultBus());
        client.setWsdlLocation(input.getProperty("tokenWsdl"));
        client.setServiceQName(new QName(SERVICE, "SecurityTokenService"));
        client.setEndpointQName(new QName(SERVICE, "SecurityTokenServiceSOAP11"));
        client.setTokenType("http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1");
        client.setKeyType(TRUST + "/PublicKey");
        client.setUseCertificateForConfirmationKeyInfo(true);
        client.setSendRenewing(false);
        client.setClaims(StaxUtils.read(new java.io.StringReader(claims(input))).getDocumentElement());
        Map<String, Object> properties = new HashMap<>(Port.algorithm(input));
        for (String name : new String[] {SecurityConstants.SIGNATURE_PROPERTIES, SecurityConstants.STS_TOKEN_PROPERTIES}) {
            properties.put(name, Port.keystore(input));
        }
        for (String name : new String[] {SecurityConstants.SIGNATURE_USERNAME, SecurityConstants.STS_TOKEN_USERNAME}) {
            properties.put(name, input.getProperty("alias"));
        }
        properties.put(SecurityConstants.CALLBACK_HANDLER, new Password(input.getProperty("password")));
        client.setProperties(properties);
        return client;
    }

    private static String claims(Properties input) {
        return "<t:Claims xmlns:t='" + TRUST + "' Dialect='" + DIALECT + "'>"
            + "<a:ClaimType xmlns:a='" + AUTHORIZATION + "' Uri='urn:be:smals:expeditor:number'>"
            + "<a:Value>" + input.getProperty("sender") + "</a:Value></a:ClaimType></t:Claims>";
    }
}
