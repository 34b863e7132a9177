using Inference.Feedback;
using Inference.TestSupport;
using Microsoft.Extensions.Compliance.Classification;
using Microsoft.Extensions.Compliance.Redaction;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Monitoring.Tests.Feedback;

public sealed class ClassifiedColumnTests
{
    [Fact]
    public async Task Classified_IsKeptAsTheRedactorSays()
    {
        await using ServiceProvider services = new ServiceCollection().AddSingleton<IRedactorProvider, Provider>().BuildServiceProvider();
        await using var f = new FedBack(static o => o.Columns.Add(new FeedbackColumnOptions { Name = "x[0]", Classification = "Company:Private" }), services: services);
        Guid id = f.Run(7.5f);
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(id, 1));
        Assert.Equal("[Company:Private] 3", (await f.ReadAsync())[0].Column("x[0]")!.Value.Text);
    }

    [Fact]
    public void Classified_WithoutProvider_IsRefused() => Assert.Contains(
        "AddRedaction",
        Assert.Throws<InferenceException>(() => new FedBack(static o => o.Columns.Add(new FeedbackColumnOptions { Name = "x[0]", Classification = "Company:Private" }))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Private", FeedbackRedaction.None)]
    [InlineData("a:b:c", FeedbackRedaction.None)]
    [InlineData("Company:Private", FeedbackRedaction.Round)]
    public void Classified_BadOptions_AreRefused(string classification, FeedbackRedaction redaction) =>
        Assert.ThrowsAny<Exception>(() => new FedBack(o => o.Columns.Add(new FeedbackColumnOptions { Name = "x[0]", Classification = classification, Redaction = redaction })));

    private sealed class Provider : IRedactorProvider
    {
        public Redactor GetRedactor(DataClassificationSet classifications) => new Said(classifications.ToString());
    }

    // Says what it was asked for, and how long the value is.
    private sealed class Said(string classification) : Redactor
    {
        public override int GetRedactedLength(ReadOnlySpan<char> input) => Text(input).Length;

        public override int Redact(ReadOnlySpan<char> source, Span<char> destination)
        {
            Text(source).CopyTo(destination);
            return Text(source).Length;
        }

        private string Text(ReadOnlySpan<char> input) => $"{classification} {input.Length}";
    }
}
