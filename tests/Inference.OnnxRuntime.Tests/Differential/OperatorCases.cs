namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>How cases of one operator are made.</summary>
/// <param name="Name">The operator; after a full stop where two domains have it, before a hyphen where its cases fall into kinds.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="Make">Draws a case.</param>
internal sealed record OperatorCases(string Name, string Domain, Func<CaseRandom, DifferentialCase> Make)
{
    public OperatorCases(string name, Func<CaseRandom, OperatorBuilder> make, string domain = "")
        : this(name, domain, random => make(random).Build())
    {
    }

    /// <summary>The operator's name in its domain.</summary>
    public string OpType => Name.Split('-')[0][(Domain.Length > 0 && Name.StartsWith($"{Domain}.", StringComparison.Ordinal) ? Domain.Length + 1 : 0)..];
}
