using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Inference.Generators.Tests;

/// <summary>The registration of configured models that is written into programs.</summary>
public sealed class ConfiguredModelsTests
{
    private const string OfTheProgram = """
        using Microsoft.Extensions.Configuration;
        using Microsoft.Extensions.DependencyInjection;
        [assembly: Inference.PipelineStageBinding(typeof(Mine.OwnBinding))]
        new ServiceCollection().AddModels(new ConfigurationManager().GetSection("Models"));
        namespace Mine
        {
            public sealed class OwnBinding : Inference.PipelineStageBinding
            {
                public override string Name => "Own";
                public override Inference.PipelineStage Stage => Inference.PipelineStage.Custom;
                public override Inference.OptionKeys Keys => Inference.OptionKeys.Of();
                public override void Add(Inference.IModelPipelineBuilder builder, IServiceCollection services, IConfigurationSection section) { }
            }
        }
        """;

    [Fact]
    public void Program_GetsTheStagesOfAllReferencesAndItsOwn()
    {
        (string[] sources, Diagnostic[] errors) = Run(OfTheProgram, OutputKind.ConsoleApplication);
        Assert.Empty(errors);
        string source = Assert.Single(sources);
        Assert.Contains("new global::Inference.Validation.ValidationStageBinding(),", source, StringComparison.Ordinal);
        Assert.Contains("new global::Mine.OwnBinding(),", source, StringComparison.Ordinal);
    }

    [Fact]
    public void Library_GetsNothing() => Assert.Empty(Run("public class C;", OutputKind.DynamicallyLinkedLibrary).Sources);

    [Fact]
    public void Test_ThatSeesAProgramsInternals_UsesTheProgramsMethod()
    {
        Compilation program = Compile("[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Tests\")] System.Console.WriteLine();", OutputKind.ConsoleApplication, "Program");
        Driver().RunGeneratorsAndUpdateCompilation(program, out program, out _);
        Compilation tests = Compile(OfTheProgram.Replace("[assembly: Inference.PipelineStageBinding(typeof(Mine.OwnBinding))]", "", StringComparison.Ordinal), OutputKind.ConsoleApplication, "Tests")
            .AddReferences(program.ToMetadataReference());
        Assert.Empty(Driver().RunGeneratorsAndUpdateCompilation(tests, out Compilation output, out _).GetRunResult().GeneratedTrees);
        Assert.DoesNotContain(output.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error);
    }

    private static (string[] Sources, Diagnostic[] Errors) Run(string source, OutputKind kind)
    {
        GeneratorDriverRunResult result = Driver().RunGeneratorsAndUpdateCompilation(Compile(source, kind, "Program"), out Compilation output, out _).GetRunResult();
        return ([.. result.GeneratedTrees.Select(t => t.ToString())], [.. output.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning && d.Id != "CS1591")]);
    }

    private static CSharpGeneratorDriver Driver() => CSharpGeneratorDriver.Create(new ConfiguredModelsGenerator());

    private static CSharpCompilation Compile(string source, OutputKind kind, string name) => CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(source, path: "Source.cs")],
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(f => Path.GetFileName(f).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(f).StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                || Path.GetFileName(f) is "Inference.Abstractions.dll" or "Inference.dll" or "netstandard.dll")
            .Select(f => MetadataReference.CreateFromFile(f))],
        new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
}
