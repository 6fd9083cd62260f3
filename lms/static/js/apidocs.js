// Draws the OpenAPI document; a key that is filled in stays in this page.
const place = document.getElementById("apidocs");
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
});
