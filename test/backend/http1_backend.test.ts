import { backendContract } from "./backend_contract.ts";
import { makeCertificate } from "./support/certificate.ts";
import { httpApplication } from "./support/http_application.ts";

backendContract("http", httpApplication("tcp"));
backendContract("http over a Unix socket", httpApplication("unix"));
backendContract("https", httpApplication({ certificate: makeCertificate("localhost") }));
