export { TemplateNoticesService } from './template-notices.service.js';
export { TemplateSendsService, type PreparedTemplate } from './template-sends.service.js';
export { SendTemplateDto } from './templates.dto.js';
export { TemplatesApiModule, TemplatesModule } from './templates.module.js';
export { TemplatesRepository, type TemplatePosition } from './templates.repository.js';
