using Inference;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddModels(builder.Configuration.GetSection("Models"));
builder.Services.AddHealthChecks().AddModels();

WebApplication app = builder.Build();
app.MapHealthChecks("/health");
app.MapGet("/films/{user}", async (long user, [FromKeyedServices("recommender")] IModelRunner recommender) =>
{
    Visit[] visits = [.. Enumerable.Range(0, 240).Select(film => new Visit(user, film))];
    using NamedValues outputs = await recommender.RunAsync(visits);
    return string.Join(' ', outputs["like"].TopK(3)[0].Select(best => best.Index));
});
app.Run();

[ModelInput("recommender.onnx")]
internal sealed partial record Visit(long User, long Film);
