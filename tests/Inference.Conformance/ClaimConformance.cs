using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>What a provider claims, and that it runs what it claims.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class ClaimConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    /// <summary>Users choose a provider by name: lower case, letters, digits, dashes and dots.</summary>
    [ConformanceFact]
    public void Name_Provider_IsLowerCaseAndStable()
    {
        string name = UnderTest.Create().Name;
        Assert.NotEmpty(name);
        Assert.All(name, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.', $"The name '{name}' has a '{c}'."));
        Assert.Equal(name, UnderTest.Create().Name);
    }

    /// <summary>The declared models exist.</summary>
    [ConformanceFact]
    public void Models_Declared_AreInCatalogue()
    {
        Assert.NotEmpty(UnderTest.Models);
        Assert.All(UnderTest.Models, static name => Assert.Contains(name, ConformanceModels.All.Select(static model => model.Name)));
    }

    /// <summary>The models that are claimed as a whole and compile are those declared, neither more nor fewer.</summary>
    [ConformanceFact]
    public void Claim_Catalogue_IsWhatIsDeclared()
    {
        ExecutionProvider provider = UnderTest.Create();
        var running = new List<string>();
        foreach (ConformanceModel model in ConformanceModels.All.Where(model => ClaimsAll(provider, model)))
        {
            try
            {
                provider.Compile(model.Graph, NewContext()).Dispose();
                running.Add(model.Name);
            }
            catch (ProviderException)
            {
                // Claimed and not compiled after all: the next provider takes over, which the contract allows.
            }
        }

        Assert.Equal(UnderTest.Models.Order(StringComparer.Ordinal), running.Order(StringComparer.Ordinal));
    }

    /// <summary>Claiming asks nothing of the graph but what it shows, and answers the same every time.</summary>
    [ConformanceFact]
    public void Claim_Twice_IsTheSame()
    {
        ExecutionProvider provider = UnderTest.Create();
        foreach (ConformanceModel model in ConformanceModels.All)
        {
            NodeClaims first = provider.Claim(model.Graph);
            NodeClaims second = provider.Claim(model.Graph);
            Assert.All(model.Graph.Nodes, node => Assert.Equal(first.Contains(node.Index), second.Contains(node.Index)));
        }
    }
}
