package presence;

import java.util.Collections;
import java.util.Properties;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.apache.wss4j.common.saml.SAMLCallback;
import org.apache.wss4j.common.saml.bean.AttributeBean;
import org.apache.wss4j.common.saml.bean.AttributeStatementBean;
import org.apache.wss4j.common.saml.bean.ConditionsBean;
import org.apache.wss4j.common.saml.bean.SubjectBean;
import org.apache.wss4j.common.saml.bean.Version;
import org.apache.wss4j.common.saml.builder.SAML1Constants;

/** What an intermediary says of the enterprise that it calls for. */
final class Vouch implements CallbackHandler {
    private final Properties input;

    Vouch(Properties input) {
        this.input = input;
    }

    @Override
    public void handle(Callback[] callbacks) {
        for (Callback callback : callbacks) {
            if (callback instanceof SAMLCallback) {
                fill((SAMLCallback) callback);
            }
        }
    }

    private void fill(SAMLCallback callback) {
        callback.setSamlVersion(Version.SAML_11);
        callback.setIssuer("intermediary");
        ConditionsBean conditions = new ConditionsBean();
        conditions.setTokenPeriodMinutes(5);
        callback.setConditions(conditions);
        AttributeBean attribute = new AttributeBean();
        attribute.setSimpleName("urn:be:smals:expeditor:number");
        attribute.setQualifiedName("urn:be:smals:expeditor");
        attribute.addAttributeValue(input.getProperty("sender"));
        AttributeStatementBean statement = new AttributeStatementBean();
        statement.setSubject(new SubjectBean(input.getProperty("sender"), null, SAML1Constants.CONF_SENDER_VOUCHES));
        statement.setSamlAttributes(Collections.singletonList(attribute));
        callback.setAttributeStatementData(Collections.singletonList(statement));
    }
}
