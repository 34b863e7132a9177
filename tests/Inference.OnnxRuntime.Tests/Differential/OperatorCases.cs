namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>How cases of one operator are made.</summary>
/// <param name="OpType">The operator.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="Make">Draws a case.</param>
internal sealed record OperatorCases(string OpType, string Domain, Func<CaseRandom, DifferentialCase> Make)
{
    public OperatorCases(string opType, Func<CaseRandom, OperatorBuilder> make, string domain = "")
        : this(opType, domain, random => make(random).Build())
    {
    }
}
