package presence;

import be.socialsecurity.presenceregistration.v1.PresenceRegistrationPortType;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.cxf.frontend.ClientProxy;
import org.apache.cxf.ws.security.wss4j.WSS4JOutInterceptor;
import org.apache.wss4j.common.ConfigurationConstants;
import org.apache.wss4j.common.WSS4JConstants;

/** WSS4J without a policy: it refers to the certificate in the way that it is told, and does not send it along. */
final class References {
    private static final String PROPERTIES = "keystore";

    private References() {
    }

    static void sign(PresenceRegistrationPortType port, Properties input) {
        Map<String, Object> how = new HashMap<>();
        how.put(ConfigurationConstants.ACTION, ConfigurationConstants.TIMESTAMP + " " + ConfigurationConstants.SIGNATURE);
        how.put(ConfigurationConstants.SIG_KEY_ID, input.getProperty("reference"));
        how.put(ConfigurationConstants.SIG_ALGO, WSS4JConstants.RSA_SHA256);
        how.put(ConfigurationConstants.SIG_DIGEST_ALGO, WSS4JConstants.SHA256);
        how.put(ConfigurationConstants.SIGNATURE_PARTS, "{Element}{" + WSS4JConstants.URI_SOAP11_ENV + "}Body;"
            + "{Element}{" + WSS4JConstants.WSU_NS + "}Timestamp;{Element}{" + WSS4JConstants.WSSE_NS + "}STRTransform");
        how.put(ConfigurationConstants.USER, input.getProperty("alias"));
        how.put(ConfigurationConstants.PW_CALLBACK_REF, new Password(input.getProperty("password")));
        how.put(ConfigurationConstants.SIG_PROP_REF_ID, PROPERTIES);
        how.put(PROPERTIES, Port.keystore(input));
        ClientProxy.getClient(port).getOutInterceptors().add(new WSS4JOutInterceptor(how));
    }
}
