package presence;

import static presence.Difference.expect;

import be.socialsecurity.presenceregistration.schemas.v1.CancelPresenceRequestType;
import be.socialsecurity.presenceregistration.schemas.v1.GetPresenceRegistrationRequestType;
import be.socialsecurity.presenceregistration.schemas.v1.PresenceRegistrationSubmitType;
import be.socialsecurity.presenceregistration.schemas.v1.PresenceRegistrationType;
import be.socialsecurity.presenceregistration.schemas.v1.RegisterPresenceRegistrationResponse;
import be.socialsecurity.presenceregistration.schemas.v1.RegistrationPeriodListType;
import be.socialsecurity.presenceregistration.schemas.v1.RegistrationPeriodType;
import be.socialsecurity.presenceregistration.schemas.v1.SearchPresenceRegistrationCriteria;
import be.socialsecurity.presenceregistration.schemas.v1.SearchPresencesRequestType;
import be.socialsecurity.presenceregistration.schemas.v1.SearchPresencesResponseType;
import be.socialsecurity.presenceregistration.v1.CancelPresencesRequest;
import be.socialsecurity.presenceregistration.v1.GetPresenceRegistrationRequest;
import be.socialsecurity.presenceregistration.v1.PresenceRegistrationPortType;
import be.socialsecurity.presenceregistration.v1.RegisterPresencesRequest;
import be.socialsecurity.presenceregistration.v1.SearchPresencesRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;

/** One use of every operation; what comes back is checked. */
final class Scenario {
    private final PresenceRegistrationPortType port;
    private final Properties input;
    private final XMLGregorianCalendar today;

    Scenario(PresenceRegistrationPortType port, Properties input) throws Exception {
        this.port = port;
        this.input = input;
        today = DatatypeFactory.newInstance().newXMLGregorianCalendar(input.getProperty("today"));
    }

    String run() throws Exception {
        List<Long> ids = register();
        cancel(ids.get(0));
        search(ids);
        history(ids.get(0));
        return "registered " + ids.size() + ", cancelled 1, found " + ids.size() + ", read 1";
    }

    /** Two good items around one whose work is no reference. */
    private List<Long> register() throws Exception {
        String[] people = input.getProperty("inss").split(",");
        RegisterPresencesRequest request = new RegisterPresencesRequest();
        request.getPresenceRegistrationRequest().add(item(people[0], input.getProperty("work")));
        request.getPresenceRegistrationRequest().add(item(people[0], "NOWHERE"));
        request.getPresenceRegistrationRequest().add(item(people[1], input.getProperty("work")));
        List<RegisterPresenceRegistrationResponse> answers =
            port.registerPresences(request).getPresenceRegistrationResponse();
        expect("answers", 3, answers.size());
        expect("error", "4", answers.get(1).getPresenceRegistrationError().getErrorList().getError().get(0).getErrorCode());
        List<Long> ids = new ArrayList<>();
        for (int good : new int[] {0, 2}) {
            PresenceRegistrationType stored = answers.get(good).getPresenceRegistration();
            expect("reference", "cxf", stored.getPresenceRegistrationSubmitted().getClientPresenceRegistrationReference());
            expect("sender", Long.valueOf(input.getProperty("sender")), stored.getSender().getSenderCompanyId());
            ids.add(stored.getPresenceRegistrationId());
        }
        return ids;
    }

    private PresenceRegistrationSubmitType item(String person, String work) {
        PresenceRegistrationSubmitType item = new PresenceRegistrationSubmitType();
        item.setINSS(person);
        item.setCompanyID(Long.parseLong(input.getProperty("employer")));
        item.setWorkPlaceId(work);
        item.setRegistrationDate(today);
        item.setClientPresenceRegistrationReference("cxf");
        return item;
    }

    private void cancel(long id) throws Exception {
        CancelPresenceRequestType item = new CancelPresenceRequestType();
        item.setPresenceRegistrationId(id);
        item.setCancellationReason("PLANNING");
        CancelPresencesRequest request = new CancelPresencesRequest();
        request.getCancelPresenceRequest().add(item);
        PresenceRegistrationType cancelled =
            port.cancelPresences(request).getCancelPresenceResponse().get(0).getPresenceRegistration();
        expect("cancelled", "SUCCESSFULLY CANCELLED", cancelled.getLastValidation().getStatus().value());
    }

    private void search(List<Long> ids) throws Exception {
        RegistrationPeriodType period = new RegistrationPeriodType();
        period.setRegistrationPeriodStartDate(today);
        period.setRegistrationPeriodEndDate(today);
        RegistrationPeriodListType periods = new RegistrationPeriodListType();
        periods.getRegistrationPeriod().add(period);
        SearchPresenceRegistrationCriteria criteria = new SearchPresenceRegistrationCriteria();
        criteria.setWorkPlaceId(input.getProperty("work"));
        criteria.setRegistrationPeriodList(periods);
        SearchPresencesRequestType wanted = new SearchPresencesRequestType();
        wanted.setSearchPresenceRegistrationCriteria(criteria);
        SearchPresencesRequest request = new SearchPresencesRequest();
        request.setSearchPresenceRequest(wanted);
        SearchPresencesResponseType answer = port.searchPresences(request).getSearchPresencesResponseType();
        List<Long> found = answer.getPresenceRegistrationList().getPresenceRegistration().stream()
            .map(PresenceRegistrationType::getPresenceRegistrationId)
            .collect(Collectors.toList());
        expect("found", ids, found);
    }

    private void history(long id) throws Exception {
        GetPresenceRegistrationRequestType wanted = new GetPresenceRegistrationRequestType();
        wanted.setPresenceRegistrationId(id);
        GetPresenceRegistrationRequest request = new GetPresenceRegistrationRequest();
        request.setGetPresenceRegistrationRequest(wanted);
        PresenceRegistrationType read = port.getPresenceRegistration(request).getGetPresenceRegistrationResponseType()
            .getGetPresenceRegistrationType().getPresenceRegistrationType();
        expect("read", id, read.getPresenceRegistrationId());
        expect("history begins", "SUCCESSFULLY REGISTERED", read.getValidationHistory().getValidation().get(0).getStatus().value());
    }
}
