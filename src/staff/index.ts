export { JoiningService } from './joining.service.js';
export { StaffApiModule } from './staff.module.js';
