//! What `docs/integrate.md` shows runs as it stands there, but for the address of the service.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::{clients, demonstration, needed, run};
use crate::server::Server;

/// Before and after the page's Java: what a program has around it.
const BEFORE: &str = "package presence;
import be.socialsecurity.presenceregistration.schemas.v1.PresenceRegistrationSubmitType;
import be.socialsecurity.presenceregistration.v1.*;
import java.net.URL;
import java.util.*;
import javax.xml.namespace.QName;
import javax.xml.ws.BindingProvider;
import org.apache.cxf.BusFactory;
import org.apache.cxf.ws.security.trust.STSClient;
final class Shown {
    public static void main(String[] arguments) throws Exception {
        PresenceRegistrationSubmitType item = new PresenceRegistrationSubmitType();
        item.setINSS(\"80022606870\");
        item.setCompanyID(100000169L);
        item.setWorkPlaceId(\"1Y00000000001\");
        RegisterPresencesRequest request = new RegisterPresencesRequest();
        request.getPresenceRegistrationRequest().add(item);
";
const CALL: &str = "port.registerPresences(request);";
const AFTER: &str = "        System.out.println(port.registerPresences(request).getPresenceRegistrationResponse().get(0)
            .getPresenceRegistration().getLastValidation().getStatus());
        System.exit(0);
    }
}
";
const NODE_CALL: &str =
    "const [answer] = await client.registerPresencesAsync({ PresenceRegistrationRequest: [
    { INSS: '80022606870', CompanyID: 100000169, WorkPlaceId: '1Y00000000001' }] });
console.log(JSON.stringify(answer));
";

/// A demonstration, and a folder to which it is what the page says it is.
struct Reader {
    server: Server,
    folder: TempDir,
    _data: TempDir,
}

impl Reader {
    fn new() -> Self {
        let (server, data, _) = demonstration();
        let folder = tempfile::tempdir().expect("a folder");
        symlink(data.path(), folder.path().join("demo")).expect("a link");
        Self { server, folder, _data: data }
    }

    /// The pieces of code in this language.
    fn shown(&self, language: &str) -> Vec<String> {
        let page = clients().join("../../docs/integrate.md");
        let page = fs::read_to_string(page).expect("it is there");
        let begin = format!("```{language}\n");
        let pieces = page.split(&begin).skip(1);
        let pieces = pieces.map(|rest| rest.split("```").next().expect("a first part").to_owned());
        let address = self.server.address.to_string();
        pieces.map(|piece| piece.replace("127.0.0.1:8080", &address)).collect()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, text).expect("written");
        file
    }

    /// Runs what prints the answer to a registration.
    fn registers(&self, mut command: Command) {
        command.current_dir(self.folder.path());
        let said = run(command, "").replace('_', " ");
        assert!(said.contains("SUCCESSFULLY REGISTERED"), "{said}");
    }
}

#[test]
fn the_python_of_the_page_registers() {
    let Some(python) = needed("PRESENCE_TEST_PYTHON") else { return };
    let reader = Reader::new();
    let file = reader.write("shown.py", &(reader.shown("python").remove(0) + "print(answer)\n"));
    let mut command = Command::new(python);
    command.arg(file).env("PYTHONPATH", clients());
    reader.registers(command);
}

#[test]
fn the_node_of_the_page_registers() {
    let Some(modules) = needed("PRESENCE_TEST_NODE_MODULES") else { return };
    let reader = Reader::new();
    let shown = reader.shown("js").remove(0);
    let program = format!(
        "(async () => {{\n{shown}{NODE_CALL}}})().catch((error) => {{\n  console.error(error);\n  process.exit(1);\n}});\n"
    );
    let mut command = Command::new("node");
    command.arg(reader.write("shown.js", &program)).env("NODE_PATH", modules);
    reader.registers(command);
}

#[test]
fn the_php_of_the_page_registers() {
    let Some(php) = needed("PRESENCE_TEST_PHP") else { return };
    let reader = Reader::new();
    // What the page says to take along, without the use of every operation that follows it.
    let client = fs::read_to_string(clients().join("php_client.php")).expect("it is there");
    let (class, _) = client.split_once("$given = ").expect("its use begins so");
    let program = format!("{class}{}echo json_encode($answer);\n", reader.shown("php").remove(0));
    let mut command = Command::new(php);
    command.arg(reader.write("shown.php", &program));
    reader.registers(command);
}

#[test]
fn the_java_of_the_page_registers_with_its_certificate_and_with_a_token() {
    let Some(cxf) = needed("PRESENCE_TEST_CXF").map(PathBuf::from) else { return };
    let libraries = fs::read_to_string(cxf.join("classpath")).expect("it was made with CXF");
    let reader = Reader::new();
    let shown = reader.shown("java");
    let [certificate, token, ..] = &shown[..] else { panic!("two pieces: {shown:?}") };
    let certificate = certificate.replace(CALL, "");
    let with_token = certificate.replace("VarC", "VarD") + token;
    for code in [certificate, with_token] {
        let file = reader.write("Shown.java", &format!("{BEFORE}{code}{AFTER}"));
        let classes = cxf.join("ours/classes");
        let path = format!(".:{}:{}", classes.display(), libraries.trim());
        let mut compiler = Command::new("javac");
        compiler.args(["-nowarn", "-d", ".", "-cp", &path]).arg(file);
        run_in(compiler, &reader);
        let mut java = Command::new("java");
        java.args(["-cp", &path, "presence.Shown"]);
        reader.registers(java);
    }
}

fn run_in(mut command: Command, reader: &Reader) {
    command.current_dir(reader.folder.path());
    run(command, "");
}
