using Microsoft.Extensions.Options;

namespace Inference.Versioning.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Defaults_AreValid()
    {
        VersioningOptionsRules.Require("m", new VersioningOptions());
        FallbackOptionsRules.Require("m", new FallbackOptions());
    }

    [Fact]
    public void Ranges_NestedToo_AreChecked()
    {
        var options = new VersioningOptions { PollInterval = TimeSpan.Zero, KeepLatest = -1 };
        options.Canary.Percent = 101;
        options.Variants.Add(new VariantOptions { Target = "", Percent = 5 });
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => VersioningOptionsRules.Require("m", options));
        foreach (string name in new[] { "PollInterval", "KeepLatest", "Percent", "Target" })
        {
            Assert.Contains(error.Failures, f => f.Contains(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Rules_Contradictions_AreNamed()
    {
        var options = new VersioningOptions { Policy = VersionPolicy.Label };
        options.Signing.Keys["a"] = "no key";
        options.Variants.Add(new VariantOptions { Target = "1", Percent = 60 });
        options.Variants.Add(new VariantOptions { Target = "2", Percent = 60 });
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => VersioningOptionsRules.Require("m", options));
        Assert.Contains("Model 'm', versioning: expected DefaultLabel with policy Label, got none. Set DefaultLabel, or choose policy Latest.", error.Failures);
        Assert.Contains("Model 'm', versioning: expected variants of at most 100 percent in total, got 120. Lower them; the remaining share goes to the default version.", error.Failures);
        Assert.Contains(error.Failures, f => f.Contains("Signing.Keys['a']", StringComparison.Ordinal));
    }

    [Fact]
    public void FallbackChain_UnknownForm_IsNamed()
    {
        var options = new FallbackOptions();
        options.Chain.Add("cheap");
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => FallbackOptionsRules.Require("m", options));
        Assert.Equal("Model 'm', fallback: expected chain entries 'version:previous', 'version:NAME' or 'model:NAME', got 'cheap'. Correct FallbackOptions.Chain.", Assert.Single(error.Failures));
    }
}
