using System.Globalization;
using System.Text;
using System.Xml;
using Inference.Cli.Terminal;
using Inference.Optimization.Gate;

namespace Inference.Cli.Checking;

/// <summary>A verdict as JUnit XML, which Git-hosted pipelines show: one test case for each rule; a rule that refuses is a failure, one that is not judged is skipped.</summary>
internal static class JUnitReport
{
    private const string Suite = "inference check";

    public static void Write(GateResult result, Stream stream)
    {
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, CloseOutput = false, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) });
        string tests = Count(result, static _ => true), failures = Count(result, static rule => rule.Refuses), skipped = Count(result, static rule => rule is { Refuses: false, Outcome: GateOutcome.NotJudged });
        xml.WriteStartElement("testsuites");
        Counts(xml, tests, failures, skipped);
        xml.WriteStartElement("testsuite");
        Counts(xml, tests, failures, skipped);
        xml.WriteAttributeString("timestamp", result.CheckedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture));
        xml.WriteStartElement("properties");
        Property(xml, "candidate", result.Candidate.Name);
        Property(xml, "candidate.digest", result.Candidate.Digest);
        Property(xml, "baseline", result.Baseline?.Name ?? "");
        Property(xml, "baseline.digest", result.Baseline?.Digest ?? "");
        Property(xml, "data", result.Data.Name);
        Property(xml, "data.sha256", result.Data.Sha256);
        xml.WriteEndElement();
        foreach (GateRule rule in result.Rules)
        {
            Case(xml, rule);
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Case(XmlWriter xml, GateRule rule)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", $"check.{PlainText.Of(rule.Rule)}");
        xml.WriteAttributeString("name", $"{PlainText.Of(rule.Rule)}: {PlainText.Of(rule.Subject)}");
        xml.WriteAttributeString("time", "0");
        string message = PlainText.Of(RuleText.Message(rule));
        if (rule.Refuses)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("message", message);
            xml.WriteAttributeString("type", rule.Outcome == GateOutcome.Refused ? "refused" : "not judged");
            xml.WriteString(message);
            xml.WriteEndElement();
        }
        else if (rule.Outcome == GateOutcome.NotJudged)
        {
            xml.WriteStartElement("skipped");
            xml.WriteAttributeString("message", message);
            xml.WriteEndElement();
        }
        else
        {
            xml.WriteElementString("system-out", message);
        }

        xml.WriteEndElement();
    }

    private static void Counts(XmlWriter xml, string tests, string failures, string skipped)
    {
        xml.WriteAttributeString("name", Suite);
        xml.WriteAttributeString("tests", tests);
        xml.WriteAttributeString("failures", failures);
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("skipped", skipped);
        xml.WriteAttributeString("time", "0");
    }

    private static void Property(XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement("property");
        xml.WriteAttributeString("name", name);
        xml.WriteAttributeString("value", PlainText.Of(value));
        xml.WriteEndElement();
    }

    private static string Count(GateResult result, Func<GateRule, bool> which) => result.Rules.Count(which).ToString(CultureInfo.InvariantCulture);
}
